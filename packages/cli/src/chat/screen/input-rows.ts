import { neutralize } from '../../sanitize.ts';
import type { Draft } from './editor.ts';
import { type Grapheme, graphemes, widthOf } from './width.ts';

export interface InputRows {
  readonly rows: readonly string[];
  /** In `rows`: column and row. */
  readonly cursor: { readonly x: number; readonly y: number };
}

/**
 * Lays out what is being typed, cut to rows at the width and not between words, so that nothing jumps while a word grows. Of many rows
 * those around the cursor are shown.
 */
export function inputRows({ text, cursor }: Draft, columns: number, maxRows: number): InputRows {
  const rows: string[] = [''];
  let width = 0;
  let offset = 0;
  let place = { x: 0, y: 0 };
  const next = (): void => {
    rows.push('');
    width = 0;
  };
  for (const [index, line] of text.split('\n').entries()) {
    if (index > 0) {
      next();
      offset += 1;
    }
    for (const grapheme of graphemes(line)) {
      const shown = shownAs(grapheme, columns);
      if (width + shown.width > columns) next();
      if (offset === cursor) place = { x: width, y: rows.length - 1 };
      rows[rows.length - 1] += shown.text;
      width += shown.width;
      offset += grapheme.text.length;
    }
    if (offset === cursor) {
      // The cursor needs a place of its own.
      if (width >= columns) next();
      place = { x: width, y: rows.length - 1 };
    }
  }
  const first = Math.max(0, Math.min(place.y - Math.floor(maxRows / 2), rows.length - maxRows));
  return { rows: rows.slice(first, first + maxRows), cursor: { x: place.x, y: place.y - first } };
}

/** Pasted text may hold anything. It is sent as it is. */
function shownAs(grapheme: Grapheme, columns: number): Grapheme {
  if (/^[\u0020-\u007e]$/.test(grapheme.text)) return grapheme;
  const text = grapheme.text === '\t' ? '    ' : neutralize(grapheme.text);
  const width = text === grapheme.text ? grapheme.width : widthOf(text);
  return width <= columns ? { text, width } : { text: '…', width: 1 };
}
