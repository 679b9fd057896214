import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readJsonLines } from './json-lines.ts';
import { type RunOptions, spawnParley, within } from './process.ts';
import { ProcessEnd } from './process-end.ts';

/** One line that `parley chat --json` wrote. */
export type ScriptEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

export interface ScriptClientOptions extends RunOptions {
  /** What prints the events, with its options, where it is not `chat`. */
  readonly command?: readonly string[];
  /** Sees each event as it comes. */
  readonly onEvent?: (event: ScriptEvent) => void;
}

/** A real `parley chat NAME@HOST:PORT --json`, driven by its script mode; or `parley listen`, which takes no commands. */
export class ScriptClient {
  /** Every event so far, in order. */
  readonly events: ScriptEvent[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #account: string;
  readonly #end: ProcessEnd;
  #stderr = '';
  /** Events before this one were returned by `next`. */
  #read = 0;
  #waiting = new Set<() => void>();

  constructor(account: string, dataFolder: string, options: ScriptClientOptions = {}) {
    this.#account = account;
    const [command = 'chat', ...more] = options.command ?? [];
    this.#child = spawnParley([command, account, '--json', '--data', dataFolder, ...more], options);
    readJsonLines(this.#child.stdout, (line) => {
      const event = line as ScriptEvent;
      this.events.push(event);
      options.onEvent?.(event);
      this.#wake();
    });
    this.#child.stderr.on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#end = new ProcessEnd(this.#child);
    this.#end.code.then(() => this.#wake());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Writes one command, or several in one write. */
  send(...commands: readonly Record<string, unknown>[]): void {
    this.#child.stdin.write(commands.map((command) => `${JSON.stringify(command)}\n`).join(''));
  }

  /** The next event of this name (and with these fields) that was not returned before; earlier ones of other names are passed over. */
  async next(event: string, fields: Readonly<Record<string, unknown>> = {}): Promise<ScriptEvent> {
    const what = `${this.#account} to see ${event} ${JSON.stringify(fields)}`;
    return within(this.#search(event, fields, what), what).catch((error: Error) => {
      throw new Error(`${error.message}; last events: ${JSON.stringify(this.events.slice(-5))}; stderr: ${this.#stderr}`);
    });
  }

  /** Waits until `count` events of this name have come, and returns them all. */
  async collect(event: string, count: number): Promise<ScriptEvent[]> {
    const matching = (): ScriptEvent[] => this.events.filter((seen) => seen.event === event);
    const wait = async (): Promise<ScriptEvent[]> => {
      while (matching().length < count) {
        await this.#change();
      }
      return matching();
    };
    return within(wait(), `${this.#account} to see ${count} × ${event}`).catch((error: Error) => {
      throw new Error(`${error.message}; there are ${matching().length}; last: ${JSON.stringify(this.events.slice(-3))}`);
    });
  }

  /** The names that LIST shows now. */
  async list(): Promise<string[]> {
    this.#read = this.events.length;
    this.send({ do: 'list' });
    const { users } = await this.next('users');
    return (users as { user: string; online: boolean }[]).filter((user) => user.online).map((user) => user.user);
  }

  /** Gives the command to quit; the exit code. */
  async quit(): Promise<number | null> {
    this.send({ do: 'quit' });
    return this.ended();
  }

  /** Ends its input; the exit code. */
  async endInput(): Promise<number | null> {
    this.#child.stdin.end();
    return this.ended();
  }

  /** Its exit code, once it has ended. */
  async ended(): Promise<number | null> {
    return within(this.#end.code, `${this.#account} to end`, () => this.#child.kill('SIGKILL'));
  }

  /** Asks its process to end, as Ctrl+C does; the exit code. */
  async interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return this.ended();
  }

  /** Its process does nothing from now on, as if it hung. */
  hang(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#end.code;
  }

  async #search(event: string, fields: Readonly<Record<string, unknown>>, what: string): Promise<ScriptEvent> {
    for (;;) {
      while (this.#read < this.events.length) {
        const candidate = this.events[this.#read];
        this.#read += 1;
        if (candidate?.event === event && Object.entries(fields).every(([name, value]) => candidate[name] === value)) {
          return candidate;
        }
      }
      if (this.#end.isOver) throw new Error(`it ended with ${this.#end.how} before ${what}`);
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const resolve of waiting) {
      resolve();
    }
  }
}
