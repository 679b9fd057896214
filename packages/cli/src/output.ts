import { fstatSync, writeSync } from 'node:fs';
import { jsonLine } from './sanitize.ts';

/** Of standard output; asked for once. */
let isFile: boolean | undefined;

/**
 * Writes to standard output. False: better wait for `drain` before there is more. Node takes it for success where a file took only the
 * beginning, as on a disk that is full: what goes to a file is written here, whole or with an `error` of the stream.
 */
export function write(text: string): boolean {
  const { stdout } = process;
  isFile ??= fstatSync(stdout.fd).isFile();
  if (!isFile) return stdout.write(text);
  try {
    for (let bytes = Buffer.from(text); bytes.length > 0; ) bytes = bytes.subarray(writeSync(stdout.fd, bytes));
  } catch (error) {
    stdout.emit('error', error);
  }
  return true;
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
