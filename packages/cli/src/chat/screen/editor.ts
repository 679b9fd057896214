import { graphemes } from './width.ts';

/** Text that is being typed, and before which character the cursor stands (an index of UTF-16, never within a character). */
export interface Draft {
  readonly text: string;
  readonly cursor: number;
}

export const EMPTY: Draft = { text: '', cursor: 0 };

export type Edit =
  | 'left'
  | 'right'
  | 'wordLeft'
  | 'wordRight'
  | 'lineStart'
  | 'lineEnd'
  | 'deleteLeft'
  | 'deleteRight'
  | 'deleteWordLeft'
  | 'deleteToLineStart'
  | 'deleteToLineEnd';

export function insert({ text, cursor }: Draft, added: string): Draft {
  return { text: text.slice(0, cursor) + added + text.slice(cursor), cursor: cursor + added.length };
}

export function edit(draft: Draft, what: Edit): Draft {
  const { text, cursor } = draft;
  switch (what) {
    case 'left':
      return { text, cursor: before(draft) };
    case 'right':
      return { text, cursor: after(draft) };
    case 'wordLeft':
      return { text, cursor: wordStart(draft) };
    case 'wordRight':
      return { text, cursor: cursor + (/^\s*\S*/.exec(text.slice(cursor))?.[0].length ?? 0) };
    case 'lineStart':
      return { text, cursor: lineStart(draft) };
    case 'lineEnd':
      return { text, cursor: lineEnd(draft) };
    case 'deleteLeft':
      return cut(draft, before(draft), cursor);
    case 'deleteRight':
      return cut(draft, cursor, after(draft));
    case 'deleteWordLeft':
      return cut(draft, wordStart(draft), cursor);
    case 'deleteToLineStart':
      return cut(draft, lineStart(draft), cursor);
    case 'deleteToLineEnd':
      return cut(draft, cursor, lineEnd(draft));
  }
}

/** The cursor one line up or down, at the same character of it; undefined where there is no line. */
export function moveLine(draft: Draft, direction: -1 | 1): Draft | undefined {
  const { text, cursor } = draft;
  const start = lineStart(draft);
  const column = graphemes(text.slice(start, cursor)).length;
  const target = direction < 0 ? start - 1 : lineEnd(draft) + 1;
  if (target < 0 || target > text.length) return undefined;
  const otherStart = lineStart({ text, cursor: target });
  const line = text.slice(otherStart, lineEnd({ text, cursor: target }));
  const offset = graphemes(line)
    .slice(0, column)
    .reduce((sum, grapheme) => sum + grapheme.text.length, 0);
  return { text, cursor: otherStart + offset };
}

function cut({ text }: Draft, from: number, to: number): Draft {
  return { text: text.slice(0, from) + text.slice(to), cursor: from };
}

function before({ text, cursor }: Draft): number {
  const start = lineStart({ text, cursor });
  // A line break is one character.
  if (start === cursor) return Math.max(0, cursor - 1);
  return cursor - (graphemes(text.slice(start, cursor)).at(-1)?.text.length ?? 0);
}

function after({ text, cursor }: Draft): number {
  const end = lineEnd({ text, cursor });
  if (end === cursor) return Math.min(text.length, cursor + 1);
  return cursor + (graphemes(text.slice(cursor, end))[0]?.text.length ?? 0);
}

function wordStart({ text, cursor }: Draft): number {
  return cursor - (/\S*\s*$/.exec(text.slice(0, cursor))?.[0].length ?? 0);
}

function lineStart({ text, cursor }: Draft): number {
  return text.lastIndexOf('\n', cursor - 1) + 1;
}

function lineEnd({ text, cursor }: Draft): number {
  const end = text.indexOf('\n', cursor);
  return end < 0 ? text.length : end;
}
