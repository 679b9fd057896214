import { graphemes } from './width.ts';

/**
 * Breaks a text without line breaks into lines of at most so many columns: between words where that can be, else within one. Where a
 * line is broken at a space, that space is dropped.
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let width = 0;
  /** Up to the last space of the line: its length in characters and columns. */
  let space: { readonly end: number; readonly columns: number } | undefined;
  for (const grapheme of graphemes(text)) {
    if (width + grapheme.width > columns && line !== '') {
      if (grapheme.text === ' ') {
        lines.push(line);
        [line, width, space] = ['', 0, undefined];
        continue;
      }
      const end = space?.end ?? line.length;
      lines.push(space === undefined ? line : line.slice(0, end - 1));
      line = line.slice(end);
      width -= space?.columns ?? width;
      space = undefined;
    }
    line += grapheme.text;
    width += grapheme.width;
    // An indent is no place to break at.
    if (grapheme.text === ' ' && line.trim() !== '') space = { end: line.length, columns: width };
  }
  lines.push(line);
  return lines;
}
