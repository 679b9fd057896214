import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { resolve } from 'node:path';
import { readJsonLines } from './json-lines.ts';
import { type RunOptions, spawnScript, within } from './process.ts';
import { ProcessEnd } from './process-end.ts';

/** Hundreds of users take their time on a small machine. */
const LINE_DEADLINE_MS = 300_000;

/** A script with many clients, of this folder unless its path is whole, which prints JSON lines and quits at the end of its input. */
export abstract class SdkProcess {
  readonly #script: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #end: ProcessEnd;
  readonly #lines: Record<string, unknown>[] = [];
  #changed = Promise.withResolvers<void>();
  #stderr = '';

  /** `isEvent`: takes what is no line to be waited for. */
  constructor(
    script: string,
    argumentList: readonly string[],
    {
      isEvent = () => false,
      under = [],
    }: { isEvent?: (line: Record<string, unknown>) => boolean } & Pick<RunOptions, 'under'> = {},
  ) {
    this.#script = script;
    this.#child = spawnScript(resolve(import.meta.dirname, script), argumentList, { under });
    readJsonLines(this.#child.stdout, (line) => {
      if (isEvent(line)) return;
      this.#lines.push(line);
      this.#wake();
    });
    this.#child.stderr.on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#end = new ProcessEnd(this.#child);
    this.#end.code.then(() => this.#wake());
  }

  /** A line it prints, by its number. */
  async line(index: number): Promise<Record<string, unknown>> {
    const wait = async (): Promise<Record<string, unknown>> => {
      for (;;) {
        const line = this.#lines[index];
        if (line !== undefined) return line;
        if (this.#end.isOver) throw new Error(`${this.#script} ended with ${this.#end.how}: ${this.#stderr}`);
        await this.#changed.promise;
      }
    };
    return within(wait(), `line ${index} of ${this.#script}`, undefined, LINE_DEADLINE_MS);
  }

  /** Lets its clients quit; the exit code. */
  async end(): Promise<number | null> {
    this.#child.stdin.end();
    return within(this.#end.code, `${this.#script} to end`, () => this.#child.kill('SIGKILL'));
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#end.code;
  }

  protected write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
