import { fstatSync, writeSync } from 'node:fs';
import { Exit, Failure } from './exit.ts';
import { jsonLine } from './sanitize.ts';

/** Of standard output; asked for once. */
let isFile: boolean | undefined;

/**
 * Writes to standard output. False: better wait for `drain` before there is more. Node takes it for success where a file took only the
 * beginning, as on a disk that is full: what goes to a file is written here, whole or with an `error` of the stream. `onTaken` is called
 * when the system has taken it.
 */
export function write(text: string, onTaken?: (error?: Error | null) => void): boolean {
  const { stdout } = process;
  isFile ??= fstatSync(stdout.fd).isFile();
  if (!isFile) return stdout.write(text, onTaken);
  try {
    for (let bytes = Buffer.from(text); bytes.length > 0; ) bytes = bytes.subarray(writeSync(stdout.fd, bytes));
    onTaken?.();
  } catch (error) {
    stdout.emit('error', error);
  }
  return true;
}

/** Whoever was to read standard output has gone: for what prints until it is told to end, that is the end. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/** Somebody waits for what they hand over, and is told what fails. */
let isAwaited = false;

/**
 * Resolves when the system has taken the text: what was printed to a reader who has gone is not lost unnoticed.
 * @throws ReaderGone, Failure
 */
export function handOver(text: string): Promise<void> {
  isAwaited = true;
  const { stdout } = process;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(whyNotWritten(error));
    // Of a file it is said at once, of all else to the callback.
    stdout.once('error', fail);
    write(text, (error) => (error ? fail(error) : resolve()));
    stdout.off('error', fail);
  });
}

/** Ends the process when standard output takes no more, unless somebody waits for what they print. */
export function endWithOutput(): void {
  process.stdout.on('error', (error) => {
    if (isAwaited) return;
    const failure = whyNotWritten(error);
    // A reader that has seen enough (`parley user list | head`) is no error.
    if (failure instanceof ReaderGone) process.exit(Exit.done);
    note(`parley: ${failure.message}`);
    process.exit(failure.exitCode);
  });
}

function whyNotWritten(error: NodeJS.ErrnoException): ReaderGone | Failure {
  if (error.code === 'EPIPE') return new ReaderGone(error.message);
  return new Failure(Exit.refused, `cannot write to standard output (${error.message}): what was to be printed is not all there`);
}

/** One object a line, in one write: whoever reads gets all of it or, where this process is killed, nothing. */
export function printJsonLines(values: readonly object[]): void {
  write(values.map((value) => `${jsonLine(value)}\n`).join(''));
}

/** For `--json`: one object a line. */
export function printJson(value: object): void {
  write(`${jsonLine(value)}\n`);
}

export function print(line: string): void {
  write(`${line}\n`);
}

/** What is neither result nor event: hints and warnings. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Resolves when everything printed so far has left the process. */
export async function flush(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))),
  );
}
