/**
 * What could move the cursor, change the terminal, reorder what is read, or hide: control characters (C0, C1, DEL), format
 * characters (bidirectional controls, tags, byte order mark …), line and paragraph separators, halves of surrogate pairs.
 * The two joiners stay, since scripts and emoji need them.
 */
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** More marks on one letter than any script needs would grow over the lines above. */
const PILED_MARKS = /(\p{M}{8})\p{M}+/gu;
const REPLACEMENT = '\ufffd';

/** Text of anybody else, safe to print on one line of a terminal. */
export function neutralize(text: string): string {
  return text.replace(UNSAFE, REPLACEMENT).replace(PILED_MARKS, '$1');
}

/** The same line by line: line breaks are kept, nothing else. The caller marks each line as the speaker's. */
export function neutralizeLines(text: string): string[] {
  return text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).map((line) => neutralize(line.replaceAll('\t', '    ')));
}

/** One JSON object on a line, with every unsafe character written as `\uXXXX`: the same value, harmless on a terminal. */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}
