import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseInvite } from '@parley/protocol';
import { parley, spawnParley, within } from '../support/process.ts';
import { tempFolder, World } from '../support/world.ts';

const certificate = (folder: string): string => new X509Certificate(readFileSync(join(folder, 'server.pem'))).fingerprint256;

test('a server that is started again without --name keeps the names of its certificate, in invites and for its users', async () => {
  // Users reach it as localhost; it stands second, so that the order counts too.
  await using world = await World.start({ names: ['Chat.example.org', 'localhost', '2001:db8::1'] });
  assert.equal(parseInvite(world.invite).host, 'chat.example.org');
  await world.join('alice', world.invite.replace('chat.example.org', 'localhost'));
  const before = certificate(world.serverFolder);

  await world.restartServer();
  assert.equal(certificate(world.serverFolder), before);
  assert.doesNotMatch(world.server.output, /no longer/);
  const { names } = JSON.parse(readFileSync(join(world.serverFolder, 'server.json'), 'utf8'));
  assert.deepEqual(names, ['chat.example.org', 'localhost', '2001:db8::1']);
  const { stdout } = await parley(['invite', '--data', world.serverFolder, '--json']);
  assert.equal(parseInvite(JSON.parse(stdout).url).host, 'chat.example.org');
  await world.start('alice').next('ready');
});

test('a server whose --name leaves out a name of its certificate says what becomes of those who joined under it', async () => {
  await using world = await World.start({ names: ['localhost', '2001:db8::1', 'old.example'] });
  await world.restartServer({ names: ['LOCALHOST', '2001:db8:0::1'] });
  const lines = world.server.output.split('\n').filter((line) => line.includes('no longer'));
  assert.equal(lines.length, 1, world.server.output);
  assert.match(lines[0]!, /^parley: the certificate is no longer for old\.example: accounts that joined under it will refuse/);

  await world.restartServer({ names: ['localhost', '2001:db8::1', 'new.example'] });
  assert.doesNotMatch(world.server.output, /no longer/);
});

test('a server that has lost its server.pem asks for its names instead of guessing them', async () => {
  await using world = await World.start({ names: ['localhost', 'chat.example.org'] });
  await world.server.stop();
  rmSync(join(world.serverFolder, 'server.pem'));
  const { code, stderr } = await parley(['serve', '--data', world.serverFolder, '--host', '127.0.0.1', '--port', '0', '--json']);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^parley: server\.pem is missing in .*--name.*\n$/);
  await world.restartServer({ names: ['chat.example.org', 'localhost'] });
});

test('a server that is only localhost says how people on other machines get to it; one with a name does not', async () => {
  await using stack = new AsyncDisposableStack();
  for (const [names, hint] of [
    [[], true],
    [['chat.example.org'], false],
  ] as const) {
    const folder = join(tempFolder(stack), 'server');
    const output = await printedUntilItListens(stack, folder, names);
    assert.equal(/--name HOST \(npm start -- --name chat\.example\.org\)/.test(output), hint, output);
  }
});

async function printedUntilItListens(stack: AsyncDisposableStack, folder: string, names: readonly string[]): Promise<string> {
  const flags = names.flatMap((name) => ['--name', name]);
  const child = spawnParley(['serve', '--data', folder, '--host', '127.0.0.1', '--port', '0', ...flags]);
  stack.defer(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (text: string) => {
    output += text;
    if (output.includes('Ctrl+C')) child.kill('SIGTERM');
  });
  await within(once(child, 'close'), 'the server to listen and stop', () => child.kill('SIGKILL'));
  return output;
}
