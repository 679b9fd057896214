import type { HistoryEntry, TimelineState } from '@parley/client';
import { dayKey } from '../parts/time.ts';

/** One row of a conversation on the screen. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: string }
  /** `isFirst`: of several that one person wrote in a row; it stands under their name. */
  | { readonly kind: 'entry'; readonly key: string; readonly entry: HistoryEntry; readonly isFirst: boolean };

/** What one person writes within so much time stands together. */
const TOGETHER_MS = 5 * 60_000;

/** The rows of a conversation: its entries, with a line where a day begins, and one where what is new does. */
export function rowsOf({ entries, newFrom }: Pick<TimelineState, 'entries' | 'newFrom'>): Row[] {
  const rows: Row[] = [];
  let before: HistoryEntry | undefined;
  for (const entry of entries) {
    const isNewDay = before === undefined || dayKey(before.at) !== dayKey(entry.at);
    if (isNewDay) rows.push({ kind: 'day', key: `day ${entry.id}`, at: entry.at });
    if (entry.id === newFrom) rows.push({ kind: 'new', key: 'new' });
    const isFirst = isNewDay || entry.id === newFrom || !goTogether(before, entry);
    rows.push({ kind: 'entry', key: entry.id, entry, isFirst });
    before = entry;
  }
  return rows;
}

function goTogether(before: HistoryEntry | undefined, entry: HistoryEntry): boolean {
  return before !== undefined && before.from === entry.from && before.kind === 'text' && entry.at - before.at < TOGETHER_MS;
}
