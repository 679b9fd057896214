import { once } from 'node:events';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { Exit, Failure, wrongUsage } from '../exit.ts';
import { write } from '../output.ts';

/** Gathered before it is written. */
const CHUNK_CHARACTERS = 64 * 1_024;

/** Where an export goes. Takes no more than it can pass on. */
export interface Destination {
  /** Whether whoever looks at the terminal sees it there. */
  readonly isTerminal: boolean;
  write(text: string): Promise<void>;
  /** All of it is where it should be. */
  finish(): Promise<void>;
  /** It is not to be, because something failed. */
  abandon(): Promise<void>;
}

/** Standard output, or a new file. @throws Failure where there is a file already, or none can be made */
export async function openDestination(file: string | undefined): Promise<Destination> {
  return file === undefined ? new StandardOutput() : NewFile.create(file);
}

class StandardOutput implements Destination {
  readonly isTerminal = process.stdout.isTTY === true;
  #waiting = '';

  async write(text: string): Promise<void> {
    this.#waiting += text;
    if (this.#waiting.length >= CHUNK_CHARACTERS) await this.finish();
  }

  async finish(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    if (!write(text)) await once(process.stdout, 'drain');
  }

  /** What was read before is printed: it may be all that can be had. */
  async abandon(): Promise<void> {
    await this.finish();
  }
}

/** A file that was not there before, for its owner alone; it goes again unless it is finished, also where this process is told to end. */
class NewFile implements Destination {
  readonly isTerminal = false;
  readonly #name: string;
  readonly #file: FileHandle;
  readonly #signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  #waiting = '';
  #interrupted = false;

  static async create(name: string): Promise<NewFile> {
    try {
      return new NewFile(name, await open(name, 'wx', 0o600));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw wrongUsage(`${name} exists already: choose another name, or remove it first`);
      throw wrongUsage(`cannot write ${name} (${message}): choose another place`);
    }
  }

  private constructor(name: string, file: FileHandle) {
    this.#name = name;
    this.#file = file;
    for (const signal of this.#signals) process.on(signal, this.#interrupt);
  }

  async write(text: string): Promise<void> {
    if (this.#interrupted) throw new Failure(Exit.refused, `interrupted: ${this.#name} was not written`);
    this.#waiting += text;
    if (this.#waiting.length >= CHUNK_CHARACTERS) await this.#flush();
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#trying(() => this.#file.sync());
    await this.#trying(() => this.#file.close());
    this.#ignoreSignals();
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => {});
    await rm(this.#name, { force: true });
    this.#ignoreSignals();
  }

  async #flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    await this.#trying(() => this.#file.appendFile(text));
  }

  async #trying(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const { message } = error as Error;
      throw new Failure(Exit.refused, `cannot write ${this.#name} (${message}): it was removed`, { cause: error });
    }
  }

  #ignoreSignals(): void {
    for (const signal of this.#signals) process.off(signal, this.#interrupt);
  }

  readonly #interrupt = (): void => {
    this.#interrupted = true;
  };
}
