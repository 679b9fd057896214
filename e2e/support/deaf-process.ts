import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { readJsonLines } from './json-lines.ts';
import { within } from './process.ts';
import type { ScriptEvent } from './script-client.ts';

/** Many users take their time to join on a small machine. */
const READY_DEADLINE_MS = 300_000;

/** A process with SDK clients that can be made to stop reading (deaf.ts). */
export class DeafProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  readonly ready: Promise<void>;
  #stderr = '';

  constructor(options: {
    invite: string;
    folder: string;
    names: readonly string[];
    onEvent: (user: string, event: ScriptEvent) => void;
  }) {
    const { invite, folder, names, onEvent } = options;
    this.#child = spawn(process.execPath, [resolve(import.meta.dirname, 'deaf.ts'), invite, folder, ...names]);
    this.#child.stdout.setEncoding('utf8');
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#child.stdin.on('error', () => {});
    this.#closed = once(this.#child, 'close');
    const isReady = new Promise<void>((done, failed) => {
      readJsonLines(this.#child.stdout, (line) => {
        if ('ready' in line) done();
        else onEvent(String(line.user), line as ScriptEvent);
      });
      this.#closed.then(() => failed(new Error(`it ended with ${this.#child.exitCode}: ${this.#stderr}`)));
    });
    this.ready = within(isReady, 'clients that will stop reading', () => this.#child.kill('SIGKILL'), READY_DEADLINE_MS);
    this.ready.catch(() => {});
  }

  stopReading(): void {
    this.#child.stdin.write('deaf\n');
  }

  readAgain(): void {
    this.#child.stdin.write('hear\n');
  }

  /** Lets its clients quit; the exit code. */
  async end(): Promise<number | null> {
    this.#child.stdin.end();
    await within(this.#closed, 'clients to end', () => this.#child.kill('SIGKILL'));
    return this.#child.exitCode;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
