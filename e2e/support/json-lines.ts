import type { Readable } from 'node:stream';

/** Calls back for each line of a stream that holds one JSON object a line; a line that is none is an error. */
export function readJsonLines(stream: Readable, onObject: (value: Record<string, unknown>) => void): void {
  let rest = '';
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      onObject(parseJsonLine(line));
    }
  });
}

export function parseJsonLine(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`not one JSON object on a line: ${JSON.stringify(line)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`not a JSON object: ${line}`);
  }
  return value as Record<string, unknown>;
}
