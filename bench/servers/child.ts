import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { runningOn } from './command-line.ts';
import { answers } from './port.ts';

/** A server with thousands of accounts on a busy machine takes its time to start. */
const START_DEADLINE_MS = 60_000;
/** What a server may take to go once it was asked to; its data is thrown away, so that nothing is lost by ending it harder. */
const END_DEADLINE_MS = 5_000;
/** Connections that a server must be able to hold, however few clients were asked for. */
const MIN_CONNECTIONS = 12_000;
/** Files that are no connections: logs, libraries, listening sockets. */
const OTHER_FILES = 1_000;
/** Of what a server has written, the end is kept for the failure. */
const KEPT_OUTPUT = 8_000;

export interface ChildOptions {
  /** What failures call it. */
  readonly name: string;
  readonly file: string;
  readonly arguments: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Connections that it must be able to hold. */
  readonly connections: number;
  /** The processor that it may use; all of them where this is left out. */
  readonly core?: number | undefined;
}

const running = new Set<ChildProcess>();
// Before its folder is removed, not only when this process is gone.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A server as a process of ours. It cannot outlive this one. */
export class Child implements AsyncDisposable {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #failure: Error | undefined;
  #hasEnded = false;
  #wasToldOf = false;
  #output = '';

  /** Starts it; what it does then has to be waited for. */
  constructor(options: ChildOptions) {
    this.#name = options.name;
    const [program = options.file, ...rest] = commandLine(options);
    this.#process = spawn(program, rest, {
      env: { ...process.env, ...options.env },
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.#process);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
      });
    }
    this.#closed = once(this.#process, 'close')
      .catch((error: Error) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#hasEnded = true;
        running.delete(this.#process);
      });
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw this.#failed('could not be started');
    return pid;
  }

  /** Waits until something accepts connections on this port of 127.0.0.1. @throws with what it has written where it does not */
  listensOn(port: number): Promise<void> {
    return this.#until(() => answers(port), `did not listen on port ${port}`);
  }

  /** Waits until it has written this. @throws with what it has written instead */
  says(text: string): Promise<void> {
    return this.#until(async () => this.#output.includes(text), `did not say '${text}'`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) {
      // Whoever uses it has seen lost connections at most.
      if (!this.#wasToldOf) console.error(this.#failed('had ended before its time').message);
      return;
    }
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), END_DEADLINE_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  async #until(isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
    const deadline = performance.now() + START_DEADLINE_MS;
    while (!(await isSo())) {
      if (this.#hasEnded) throw this.#failed('ended while it started');
      if (performance.now() > deadline) throw this.#failed(`${otherwise} within ${START_DEADLINE_MS / 1_000} s`);
      await delay(20);
    }
  }

  #failed(how: string): Error {
    this.#wasToldOf = true;
    const { exitCode, signalCode } = this.#process;
    const code = this.#hasEnded ? ` (${this.#failure?.message ?? signalCode ?? `code ${exitCode}`})` : '';
    return new Error(`${this.#name} ${how}${code}. It wrote: ${this.#output.trim() || 'nothing'}`);
  }
}

function commandLine({ file, arguments: argumentList, connections, core }: ChildOptions): string[] {
  const files = Math.max(connections, MIN_CONNECTIONS) + OTHER_FILES;
  return [...runningOn(core), 'prlimit', `--nofile=${files}:${files}`, file, ...argumentList];
}
