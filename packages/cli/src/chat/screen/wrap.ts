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
    let isDropped = false;
    while (width + grapheme.width > columns && line !== '' && !isDropped) {
      isDropped = grapheme.text === ' ';
      const end = isDropped ? line.length : (space?.end ?? line.length);
      lines.push(space === undefined || isDropped ? line : line.slice(0, end - 1));
      line = line.slice(end);
      width = isDropped ? 0 : width - (space?.columns ?? width);
      space = undefined;
    }
    if (isDropped) continue;
    line += grapheme.text;
    width += grapheme.width;
    // An indent is no place to break at.
    if (grapheme.text === ' ' && line.trim() !== '') space = { end: line.length, columns: width };
  }
  lines.push(line);
  return lines;
}
