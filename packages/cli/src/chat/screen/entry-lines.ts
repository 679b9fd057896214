import type { HistoryEntry } from '@parley/client';
import { neutralize, neutralizeLines } from '../../sanitize.ts';
import { aside } from '../describe.ts';
import { timeOfDay } from '../time.ts';
import { type Line, lineWidth, type Span, span } from './line.ts';
import { fit, pad, widthOf } from './width.ts';
import { wrap } from './wrap.ts';

/** A narrower text than this is hard to read. */
const MIN_TEXT_COLUMNS = 24;
const NARROW_INDENT = 2;
const LIST_GAP = 2;

/**
 * A message as rows: its text stands behind its sender's name and never below it, so that no part of it can pass for another's line.
 * @param maxRows what is longer is cut, with a row that says so
 */
export function entryLines(entry: HistoryEntry, self: string, columns: number, maxRows = Number.POSITIVE_INFINITY): Line[] {
  const time = span(`${timeOfDay(entry.at)} `, 'quiet');
  if (entry.kind !== 'text') return noticeLines(aside(entry), columns, [time]);
  const name = span(neutralize(entry.from), entry.from === self ? 'self' : 'peer');
  const mark = span(entry.state === 'refused' ? ' (was not sent): ' : ': ', entry.state === 'refused' ? 'alert' : 'plain');
  const prefix = [time, name, mark];
  const prefixColumns = lineWidth(prefix);
  // Where a name leaves too little room beside it, the text begins below.
  const isBelow = columns - prefixColumns < MIN_TEXT_COLUMNS && prefixColumns > NARROW_INDENT;
  const indent = isBelow ? NARROW_INDENT : prefixColumns;
  const all = neutralizeLines(entry.text).flatMap((line) => wrap(line, Math.max(1, columns - indent)));
  const rows = all.length > maxRows ? all.slice(0, maxRows - 1) : all;
  const margin = span(' '.repeat(indent));
  const lines: Line[] = rows.map((row, i) => [...(i === 0 && !isBelow ? prefix : [margin]), span(row)]);
  if (isBelow) lines.unshift([time, name, mark]);
  if (rows.length < all.length) {
    const more = `… ${all.length - rows.length} more rows: PgUp shows them`;
    lines.push([margin, span(fit(more, Math.max(1, columns - indent)), 'quiet')]);
  }
  return lines;
}

/** A text of ours, on as many rows as it needs; rows after the first are indented, so that they pass for no other text. */
export function noticeLines(text: string, columns: number, before: readonly Span[] = [], role: Span['role'] = 'quiet'): Line[] {
  const beforeColumns = lineWidth(before);
  const [first = '', ...others] = wrap(text, Math.max(1, columns - beforeColumns));
  const indent = beforeColumns + (/^ */.exec(text)?.[0].length ?? 0) + NARROW_INDENT;
  const rest = others.length === 0 ? [] : wrap(text.slice(first.length).trimStart(), Math.max(1, columns - indent));
  return [[...before, span(first, role)], ...rest.map((row) => [span(' '.repeat(indent)), span(row, role)])];
}

/** Texts of ours side by side in as many columns as there is room for, one below the other in each. */
export function listLines(texts: readonly string[], columns: number): Line[] {
  const width = Math.max(0, ...texts.map(widthOf)) + LIST_GAP;
  const count = Math.max(1, Math.floor((columns + LIST_GAP) / width));
  if (count === 1) return texts.flatMap((text) => noticeLines(text, columns, [], 'plain'));
  const height = Math.ceil(texts.length / count);
  return Array.from({ length: height }, (_, row) => [
    span(
      texts
        .filter((_, i) => i % height === row)
        .map((text) => pad(text, width))
        .join('')
        .trimEnd(),
    ),
  ]);
}
