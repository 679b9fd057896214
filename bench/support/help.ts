import type { Options } from './options.ts';

const WIDTH = 100;

/** What `--help` prints: what is measured, each option with its default, and what the lines of `--json` hold. */
export function helpText(name: string, { what, notes, options }: { what: string; notes: string; options: Options }): string {
  const rows = Object.entries(options).map(([option, { what: meaning, placeholder, shown }]) => {
    const left = placeholder === undefined ? `--${option}` : `--${option} ${placeholder}`;
    return [left, shown === '' ? meaning : `${meaning} (default: ${shown})`] as const;
  });
  const indent = Math.max(...rows.map(([left]) => left.length)) + 4;
  const lines = rows.map(([left, right]) => `  ${left.padEnd(indent - 2)}${wrapped(right, indent)}`);
  return [`npm run bench -- ${name} [options]`, '', wrapped(`${what}.`, 0), '', ...lines, '', wrapped(notes, 0)].join('\n');
}

/** Lines of at most `WIDTH` characters; those after the first begin with `indent` spaces. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
