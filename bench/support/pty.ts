import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** A program on a terminal of its own, by `script` of util-linux: what it writes comes as it comes, to the millisecond. */
export class Pty {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  #written = '';
  #onData: () => void = () => {};

  constructor(command: readonly string[], env: Readonly<Record<string, string>>) {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    this.#child = spawn('script', ['-qfec', `stty rows 24 cols 80; exec ${quoted}`, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm-256color', ...env },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#written += text;
      this.#onData();
    });
    this.#child.stderr.pipe(process.stderr);
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Resolves when something that matches has been written since the call, with the time it took in milliseconds. */
  shows(pattern: RegExp, deadlineMs = 60_000): Promise<number> {
    const start = performance.now();
    const from = this.#written.length;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${pattern} was not shown: ${this.#written.slice(-500)}`)), deadlineMs);
      const look = (): void => {
        if (!pattern.test(this.#written.slice(from))) return;
        clearTimeout(timer);
        this.#onData = () => {};
        resolve(performance.now() - start);
      };
      this.#onData = look;
      look();
    });
  }

  /** What was written is forgotten. */
  forget(): void {
    this.#written = '';
  }

  async end(): Promise<void> {
    this.type('\u0015/quit\r');
    await this.#ended;
  }
}
