import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { type RunOptions, spawnParley, within } from './process.ts';
import { ProcessEnd } from './process-end.ts';

export interface LineClientOptions extends RunOptions {
  /** What prints the lines, where it is not `chat`. */
  readonly command?: string;
}

/** A real `parley chat` without a terminal: lines in, lines out. */
export class LineClient {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #end: ProcessEnd;
  #written = '';

  constructor(account: string, dataFolder: string, { command = 'chat', ...options }: LineClientOptions = {}) {
    this.#child = spawnParley([command, account, '--data', dataFolder], options);
    this.#end = new ProcessEnd(this.#child);
    this.#child.stdout.on('data', (text: string) => {
      this.#written += text;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
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
        if (this.#end.isOver) throw new Error(`it ended with ${this.#end.how}`);
        await Promise.race([once(this.#child.stdout, 'data'), this.#end.code]);
      }
    };
    await within(wait(), `${pattern} in ${JSON.stringify(this.#written)}`);
  }

  /** Its exit code, once it has ended. */
  async ended(): Promise<number | null> {
    return within(this.#end.code, 'it to end');
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#end.code;
  }
}
