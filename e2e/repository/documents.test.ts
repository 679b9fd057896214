import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { test } from 'node:test';
import { BENCHMARKS } from '../../bench/benchmarks.ts';
import { BAD_COMMAND, parseScriptCommand } from '../../packages/cli/src/chat/script-commands.ts';
import { COMMANDS } from '../../packages/cli/src/chat/commands.ts';
import { Exit } from '../../packages/cli/src/exit.ts';
import { entryFields } from '../../packages/cli/src/export/describe-entry.ts';
import { createProgram } from '../../packages/cli/src/program.ts';
import { LOCAL_ERROR_CODES } from '../../packages/client/src/events.ts';
import { DEFAULT_LIMITS } from '../../packages/server/src/config.ts';
import { workedExample } from '../../scripts/worked-example.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');

test('the worked example of docs/protocol.md is what the script prints', () => {
  const section = read('docs/protocol.md').split('## 11. A worked example')[1] ?? '';
  assert.equal(section.split('```')[1]?.trim(), workedExample());
});

test('every link of a document leads to a file that exists', () => {
  for (const file of globSync(['*.md', 'docs/*.md'], { cwd: root })) {
    for (const [, target = ''] of read(file).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (!target.startsWith('https:')) {
        assert.ok(existsSync(resolve(root, dirname(file), target)), `${file}: ${target}`);
      }
    }
  }
});

test('docs/path.md calls each file what its link leads to', () => {
  for (const [, name, target] of read('docs/path.md').matchAll(/\[`([^`]+)`\]\(([^)]+)\)/g)) {
    assert.equal(target, `../packages/${name}`);
  }
});

test('the README lists every direct dependency with its version and licence, and nothing else', () => {
  const listed = read('README.md')
    .split('\n')
    .filter((line) => /^\| [@a-z]/.test(line) && line.split('|').length === 7)
    .flatMap((line) => {
      const [names = '', version, licence] = line
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      return names.split(', ').map((name) => `${name} ${version} ${licence}`);
    })
    .filter((line) => !line.startsWith('package '));
  assert.deepEqual(listed.sort(), directDependencies().sort());
});

test('docs/cli.md lists the exit codes and the commands of script mode', () => {
  const document = read('docs/cli.md');
  const codes = [...document.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
  assert.deepEqual(codes, Object.values(Exit));
  const commands = [...document.matchAll(/`(\{"do":[^`]+\})`/g)].map(([, line = '']) => parseScriptCommand(line).do);
  assert.deepEqual(commands, ['list', 'request', 'accept', 'refuse', 'cancel', 'block', 'send', 'delete', 'quit']);
});

test('docs/cli.md has a row for each command, and names no other', () => {
  const documented = [...read('docs/cli.md').matchAll(/^\| `([a-z]+(?: [a-z]+)?)[^`]*` \| .* \| .* \|$/gm)].map(
    ([, name]) => name,
  );
  const commands = createProgram().commands.flatMap((command) =>
    command.commands.length === 0 ? [command.name()] : command.commands.map((below) => `${command.name()} ${below.name()}`),
  );
  assert.deepEqual(documented.sort(), commands.sort());
});

test('`serve --help` and docs/cli.md say the defaults of the limits as they are', () => {
  const defaults = {
    '--max-connections': DEFAULT_LIMITS.maxConnections,
    '--max-connections-per-address': DEFAULT_LIMITS.maxConnectionsPerAddress,
    '--handshakes-per-second': DEFAULT_LIMITS.handshakesPerSecondPerAddress,
    '--frames-per-second': DEFAULT_LIMITS.framesPerSecond,
    '--mailbox-bytes': DEFAULT_LIMITS.maxMailboxBytes,
    '--mailbox-days': DEFAULT_LIMITS.mailboxLifetimeMs / DAY_MS,
  };
  const documented = [...read('docs/cli.md').matchAll(/^\| `(--[a-z-]+) N` \| .* \| (\d+) \|$/gm)];
  assert.deepEqual(Object.fromEntries(documented.map(([, option, value]) => [option, Number(value)])), defaults);
  const options = createProgram().commands.find((command) => command.name() === 'serve')?.options ?? [];
  const inHelp = options.map(({ long, description }) => [long, Number(/\(default: (\d+)\)$/.exec(description)?.[1])] as const);
  assert.deepEqual(
    Object.fromEntries(inHelp.filter(([long]) => long !== null && long !== undefined && long in defaults)),
    defaults,
  );
});

test('docs/cli.md lists the codes of errors that come from no server, and links to the list of those that do', () => {
  const section = read('docs/cli.md').split('### Errors')[1]?.split('\n## ')[0] ?? '';
  const codes = [...section.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(codes, [BAD_COMMAND, ...LOCAL_ERROR_CODES]);
  assert.match(section, /\]\(protocol\.md#9-errors\)/);
});

test('docs/cli.md names each command of the line client that /help does', () => {
  const section = read('docs/cli.md').split('## Talking')[1]?.split('\n## ')[0] ?? '';
  const documented = [...section.matchAll(/`(\/[a-z]+)/g)].map(([, name]) => name);
  assert.deepEqual([...new Set(documented)].sort(), COMMANDS.map(({ name }) => `/${name}`).sort());
});

test('a command of a document that runs a file of ours does so with the Node that npm has brought', () => {
  for (const file of globSync(['*.md', 'docs/*.md', 'bench/*.md'], { cwd: root })) {
    for (const [command] of read(file).matchAll(/(?:npx )?\bnode [a-z0-9/-]+\.ts/g))
      assert.match(command, /^npx /, `${file}: ${command}`);
  }
});

test('CONTRIBUTING.md has a row for each benchmark, and bench/RESULTS.md names no other', () => {
  const listed = [...read('CONTRIBUTING.md').matchAll(/^\| `([a-z]+)` \| [^|]+ \|$/gm)].map(([, name]) => name);
  assert.deepEqual(listed, Object.keys(BENCHMARKS));
  for (const [, name = ''] of read('bench/RESULTS.md').matchAll(/npm run bench -- ([a-z]+)/g))
    assert.ok(listed.includes(name), name);
});

test('CONTRIBUTING.md says what each folder of e2e/ is for, and names no other', () => {
  const listed = [...read('CONTRIBUTING.md').matchAll(/`(e2e\/[a-z]+)\/`/g)].map(([, folder]) => folder);
  assert.deepEqual([...new Set(listed)].sort(), globSync('e2e/*/', { cwd: root }).sort());
});

test('docs/cli.md lists the fields of an exported message', () => {
  const table = read('docs/cli.md').split('## History')[1]?.split('\n## ')[0] ?? '';
  const rows = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '));
  const entry = { id: '', conversation: '', from: '', at: 0, position: 0, kind: 'text', text: '', state: 'sent' } as const;
  assert.deepEqual(rows.sort(), Object.keys(entryFields(entry)).sort());
});

function directDependencies(): string[] {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { version: string; license: string }>;
  };
  const manifests = ['package.json', ...globSync('packages/*/package.json', { cwd: root })].map(
    (file) => JSON.parse(read(file)) as Record<string, Record<string, string> | undefined>,
  );
  const names = manifests.flatMap(({ dependencies, devDependencies, optionalDependencies }) =>
    Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }),
  );
  return [...new Set(names)]
    .filter((name) => !name.startsWith('@parley/'))
    .map((name) => {
      const { version, license } = packages[`node_modules/${name}`] ?? assert.fail(name);
      return `${name} ${version} ${license.replace(/^\((.*)\)$/, '$1')}`;
    });
}
