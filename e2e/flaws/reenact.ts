/**
 * Shows that each test of a flaw can fail: `npm run flaws [-- NUMBER …]` copies the repository, has one flaw of the system Parley grew from
 * back at a time (old/), and runs the test that answers it, which must fail. First all of them run as they are. Ends with 1
 * where a test failed that should pass, or passed that should fail.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { environment } from '../support/process.ts';
import { applyChange } from './apply-change.ts';
import { OLD_BEHAVIOURS } from './old/index.ts';
import type { OldBehaviour } from './old-behaviour.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** What the tests need, without what was installed or built. */
const COPIED = ['packages', 'e2e', 'scripts', 'proto', 'package.json', 'tsconfig.json'];
const LEFT_OUT = /(^|\/)(node_modules|dist|parley-data)(\/|$)/;
/** The web client, which some servers have: no flaw is in it, so it stays as it was built. */
const WEB_CLIENT = 'packages/web/dist';
const TEST_TIMEOUT_MS = 45_000;

/** A copy of the repository that may be changed. */
class Copy implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'parley-flaws-'));

  constructor() {
    for (const name of COPIED) {
      cpSync(join(ROOT, name), join(this.#folder, name), {
        recursive: true,
        filter: (source) => !LEFT_OUT.test(source.slice(ROOT.length)),
      });
    }
    cpSync(join(ROOT, WEB_CLIENT), join(this.#folder, WEB_CLIENT), { recursive: true });
    for (const modules of globSync(['node_modules', 'packages/*/node_modules'], { cwd: ROOT })) this.#link(modules);
  }

  /** Installed packages as they are; those of the repository itself are the ones in the copy. */
  #link(modules: string): void {
    const [from, to] = [join(ROOT, modules), join(this.#folder, modules)];
    mkdirSync(to);
    for (const name of readdirSync(from)) {
      if (name !== '@parley') symlinkSync(join(from, name), join(to, name));
    }
    if (!existsSync(join(from, '@parley'))) return;
    cpSync(join(from, '@parley'), join(to, '@parley'), { recursive: true, verbatimSymlinks: true });
  }

  /** The copy has the changes while `work` runs. */
  with<T>(behaviour: OldBehaviour, work: () => T): T {
    const before = new Map<string, string>();
    try {
      for (const change of behaviour.changes) {
        const file = join(this.#folder, change.file);
        const text = readFileSync(file, 'utf8');
        if (!before.has(file)) before.set(file, text);
        writeFileSync(file, applyChange(text, change));
      }
      return work();
    } finally {
      for (const [file, text] of before) writeFileSync(file, text);
    }
  }

  /** Runs the test that answers a flaw, or all of them. True: it was run and passed; what it printed is for who wants to know why not. */
  test(flaw?: number): { passed: boolean; output: string } {
    const bundled = this.#node(['scripts/bundle-cli.ts']);
    if (bundled.status !== 0) return { passed: false, output: `it cannot be built: ${bundled.output}` };
    const name = flaw === undefined ? 'answers flaw' : titleOf(flaw);
    const files = globSync('e2e/{flaws,hostile}/*.test.ts', { cwd: this.#folder }).filter((file) =>
      readFileSync(join(this.#folder, file), 'utf8').includes(name),
    );
    // What a flaw leaves open would keep the process for ever.
    const args = [
      '--test',
      '--test-force-exit',
      '--test-reporter=tap',
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      `--test-name-pattern=${name}`,
      ...files,
    ];
    const { status, output } = this.#node(args);
    return { passed: status === 0 && new RegExp(`^ *ok \\d+ - ${name}`, 'm').test(output), output };
  }

  #node(args: readonly string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: this.#folder,
      env: environment(),
      encoding: 'utf8',
      timeout: 10 * TEST_TIMEOUT_MS,
      maxBuffer: 64 * 1_024 * 1_024,
    });
    return { status, output: stdout + stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function titleOf(flaw: number): string {
  return `answers flaw ${String(flaw).padStart(2, '0')}:`;
}

/** True: the test fails as it should. */
function reenact(copy: Copy, behaviour: OldBehaviour): boolean {
  const { passed, output } = copy.with(behaviour, () => copy.test(behaviour.flaw));
  // A copy that cannot be run at all would fail every test.
  const failed = !passed && new RegExp(`^ *not ok \\d+ - ${titleOf(behaviour.flaw)}`, 'm').test(output);
  console.log(`${failed ? 'fails, as it should' : 'DOES NOT FAIL'}  ${titleOf(behaviour.flaw)} ${behaviour.what}`);
  if (!failed && !passed) console.log(output.split('\n').slice(-40).join('\n'));
  return failed;
}

function main(numbers: readonly number[]): number {
  const chosen = OLD_BEHAVIOURS.filter(({ flaw }) => numbers.length === 0 || numbers.includes(flaw));
  if (chosen.length === 0) {
    console.error('npm run flaws [-- NUMBER …], each from 1 to 30');
    return 2;
  }
  using copy = new Copy();
  const { passed, output } = copy.test();
  if (!passed) {
    console.error(`as they are, the tests fail:\n${output}`);
    return 1;
  }
  console.log('all tests pass as they are');
  const failing = chosen.filter((behaviour) => reenact(copy, behaviour));
  console.log(`${failing.length} of ${chosen.length} old behaviours are noticed`);
  return failing.length === chosen.length ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2).map(Number));
