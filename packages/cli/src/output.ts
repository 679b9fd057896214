import { jsonLine } from './sanitize.ts';

/** One object a line, in one write: whoever reads gets all of it or, where this process is killed, nothing. */
export function printJsonLines(values: readonly object[]): void {
  process.stdout.write(values.map((value) => `${jsonLine(value)}\n`).join(''));
}

/** For `--json`: one object a line. */
export function printJson(value: object): void {
  process.stdout.write(`${jsonLine(value)}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
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
