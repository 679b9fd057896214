import type { Readable } from 'node:stream';

/**
 * Calls back for each line of UTF-8 text, without its line end, and at the end of input. Only a line feed ends a line (with a
 * carriage return before it or not): U+2028, which node:readline splits at too, may stand inside a JSON string.
 */
export function readLines(input: Readable, onLine: (line: string) => void, onEnd: () => void): void {
  let rest = '';
  const finish = (line: string): void => onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      finish(rest + line);
      rest = '';
    }
    rest += last;
  });
  input.once('end', () => {
    if (rest !== '') finish(rest);
    onEnd();
  });
  // A terminal that is gone ends the input as well.
  input.once('error', onEnd);
  // Whoever has asked for the passphrase there has paused it.
  input.resume();
}
