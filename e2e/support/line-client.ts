import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { spawnParley, within } from './process.ts';

/** A real `parley chat` without a terminal: lines in, lines out. */
export class LineClient {
  readonly #child: ChildProcessWithoutNullStreams;
  #written = '';

  constructor(account: string, dataFolder: string) {
    this.#child = spawnParley(['chat', account, '--data', dataFolder]);
    this.#child.stdout.on('data', (text: string) => {
      this.#written += text;
    });
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** All that it has written. */
  get written(): string {
    return this.#written;
  }

  /** Waits until what it has written matches. */
  async shows(pattern: RegExp): Promise<void> {
    const wait = async (): Promise<void> => {
      while (!pattern.test(this.#written)) {
        if (this.#child.exitCode !== null) throw new Error(`it ended with ${this.#child.exitCode}`);
        await Promise.race([once(this.#child.stdout, 'data'), once(this.#child, 'close')]);
      }
    };
    await within(wait(), `${pattern} in ${JSON.stringify(this.#written)}`);
  }

  /** Its exit code, once it has ended. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) await within(once(this.#child, 'close'), 'it to end');
    return this.#child.exitCode;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}
