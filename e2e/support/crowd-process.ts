import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { readJsonLines } from './json-lines.ts';
import { within } from './process.ts';

/** Two hundred users take their time on a small machine. */
const CROWD_DEADLINE_MS = 300_000;

/** A process with many SDK clients (crowd.ts). */
export class CrowdProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Record<string, unknown>[] = [];
  readonly #closed: Promise<unknown>;
  #isOver = false;
  #stderr = '';

  constructor(options: { invite: string; folder: string; first: number; count: number; messages: number }) {
    const { invite, folder, first, count, messages } = options;
    const script = resolve(import.meta.dirname, 'crowd.ts');
    this.#child = spawn(process.execPath, [script, invite, folder, ...[first, count, messages].map(String)]);
    this.#child.stdout.setEncoding('utf8');
    readJsonLines(this.#child.stdout, (line) => {
      this.#lines.push(line);
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#closed = once(this.#child, 'close').then(() => {
      this.#isOver = true;
    });
    this.#child.stdin.on('error', () => {});
  }

  /** The next line it prints. */
  async line(index: number): Promise<Record<string, unknown>> {
    const wait = async (): Promise<Record<string, unknown>> => {
      for (;;) {
        const line = this.#lines[index];
        if (line !== undefined) return line;
        if (this.#isOver)
          throw new Error(`a crowd ended with ${this.#child.exitCode ?? this.#child.signalCode}: ${this.#stderr}`);
        await Promise.race([once(this.#child.stdout, 'data'), this.#closed]);
      }
    };
    return within(wait(), `line ${index} of a crowd`, undefined, CROWD_DEADLINE_MS);
  }

  /** Lets its members talk. */
  go(): void {
    this.#child.stdin.write('\n');
  }

  /** Lets its members quit; the exit code. */
  async end(): Promise<number | null> {
    this.#child.stdin.end();
    await within(this.#closed, 'a crowd to end', () => this.#child.kill('SIGKILL'));
    return this.#child.exitCode;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
