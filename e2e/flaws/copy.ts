import { execFile } from 'node:child_process';
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
import type { OldBehaviour } from './old-behaviour.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** What the tests need, without what was installed or built. */
const COPIED = ['packages', 'e2e', 'scripts', 'proto', 'package.json', 'tsconfig.json'];
const LEFT_OUT = /(^|\/)(node_modules|dist|parley-data)(\/|$)/;
/** The web client, which some servers have: no flaw is in it, so it stays as it was built. */
const WEB_CLIENT = 'packages/web/dist';
const TEST_TIMEOUT_MS = 45_000;

/** A copy of the repository that may be changed. */
export class Copy implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'parley-flaws-'));
  readonly #remove = (): void => rmSync(this.#folder, { recursive: true, force: true });

  constructor() {
    process.once('exit', this.#remove);
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
  async with<T>(behaviour: OldBehaviour, work: () => Promise<T>): Promise<T> {
    const before = new Map<string, string>();
    try {
      for (const change of behaviour.changes) {
        const file = join(this.#folder, change.file);
        const text = readFileSync(file, 'utf8');
        if (!before.has(file)) before.set(file, text);
        writeFileSync(file, applyChange(text, change));
      }
      return await work();
    } finally {
      for (const [file, text] of before) writeFileSync(file, text);
    }
  }

  /** Runs the tests whose names begin so. True: they were run and passed; what was printed is for who wants to know why not. */
  async test(name: string): Promise<{ passed: boolean; output: string }> {
    const bundled = await this.#node(['scripts/bundle-cli.ts']);
    if (bundled.code !== 0) return { passed: false, output: `it cannot be built: ${bundled.output}` };
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
    const { code, output } = await this.#node(args);
    return { passed: code === 0 && new RegExp(`^ *ok \\d+ - ${name}`, 'm').test(output), output };
  }

  #node(args: readonly string[]): Promise<{ code: number | string | null; output: string }> {
    const options = { cwd: this.#folder, env: environment(), timeout: 10 * TEST_TIMEOUT_MS, maxBuffer: 64 * 1_024 * 1_024 };
    const { promise, resolve: done } = Promise.withResolvers<{ code: number | string | null; output: string }>();
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      process.off('exit', kill);
      done({ code: error === null ? 0 : (error.code ?? null), output: stdout + stderr });
    });
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    process.once('exit', kill);
    return promise;
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove);
    this.#remove();
  }
}
