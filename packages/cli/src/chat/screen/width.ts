import stringWidth from 'string-width';

/** What is drawn as one character. */
export interface Grapheme {
  readonly text: string;
  /** Columns of a terminal, 0 to many. */
  readonly width: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ASCII = /^[\u0020-\u007e]*$/;
const known = new Map<string, number>();
const MAX_KNOWN = 4_096;

/** Text without control characters, character by character. */
export function graphemes(text: string): Grapheme[] {
  if (ASCII.test(text)) return Array.from(text, (character) => ({ text: character, width: 1 }));
  return Array.from(segmenter.segment(text), ({ segment }) => ({ text: segment, width: graphemeWidth(segment) }));
}

/** How many columns the text takes at most. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  return graphemes(text).reduce((sum, { width }) => sum + width, 0);
}

/**
 * Terminals differ in whether they draw, say, a family of four as one character or as four in a row. The wider of both is taken: a
 * line that comes out shorter does no harm, one that comes out longer would push another off the screen.
 */
function graphemeWidth(grapheme: string): number {
  const cached = known.get(grapheme);
  if (cached !== undefined) return cached;
  const apart = Array.from(grapheme).reduce((sum, codePoint) => sum + stringWidth(codePoint), 0);
  const width = Math.max(stringWidth(grapheme), apart);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(grapheme, width);
  return width;
}

/** As much of the text as fits, with `…` where something is missing. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 1;
  let fitting = '';
  for (const grapheme of graphemes(text)) {
    width += grapheme.width;
    if (width > columns) break;
    fitting += grapheme.text;
  }
  return columns < 1 ? '' : `${fitting}…`;
}

/** Fills up with spaces to so many columns, or cuts. */
export function pad(text: string, columns: number): string {
  const fitting = fit(text, columns);
  return fitting + ' '.repeat(Math.max(0, columns - widthOf(fitting)));
}
