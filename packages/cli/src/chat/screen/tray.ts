import type { ChatState, HistoryEntry } from '@parley/client';
import { digitRows } from '../../people/digit-rows.ts';
import { neutralize, neutralizeLines } from '../../sanitize.ts';
import { noticeLines } from './entry-lines.ts';
import { type Line, span } from './line.ts';
import { fit } from './width.ts';

const MAX_WAITING_ROWS = 3;

/**
 * Who asks to talk: the first one with the safety number, the others by name. Each is answered by a command. Where there is too little
 * room no digits are left that could be taken for those of somebody else.
 */
export function requestLines({ requests }: ChatState, columns: number, maxRows: number): Line[] {
  const [first, ...others] = requests;
  if (first === undefined) return [];
  const name = neutralize(first.from);
  const who = noticeLines(`${name} asks to talk: /accept ${name} or /refuse ${name}`, columns, [], 'alert');
  const lines = [
    ...who,
    ...noticeLines('Safety number, the same at both ends if nobody is in between:', columns, [], 'plain'),
    ...digitRows(first.safetyNumber).map((row) => [span(fit(`  ${row}`, columns))]),
  ];
  if (others.length > 0)
    lines.push([span(fit(`also: ${others.map(({ from }) => neutralize(from)).join(', ')}`, columns), 'alert')]);
  return lines.length > maxRows ? who : lines;
}

/** What was typed and waits for the server's OK: the newest, a row each. */
export function waitingLines({ current }: ChatState, columns: number): Line[] {
  const waiting = current?.entries.filter(({ state }) => state === 'waiting') ?? [];
  const shown = waiting.slice(-MAX_WAITING_ROWS);
  const lines: Line[] = shown.map((entry) => [span(fit(`(waits) ${excerpt(entry)}`, columns), 'quiet')]);
  const hidden = waiting.length - shown.length;
  if (hidden > 0) lines.unshift([span(`(waits) ${hidden} more`, 'quiet')]);
  return lines;
}

function excerpt(entry: HistoryEntry): string {
  if (entry.kind !== 'text') return '';
  const [first = '', ...more] = neutralizeLines(entry.text.slice(0, 1_000));
  return more.length === 0 ? first : `${first} …`;
}
