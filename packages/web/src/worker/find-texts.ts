import { type History, type HistoryEntry, search } from '@parley/client';
import type { Found } from '../bridge/calls.ts';

const MAX_FOUND = 100;

/** The newest texts of a conversation that contain all words of the query. */
export async function findTexts(history: History, peer: string, query: string): Promise<Found> {
  const entries: HistoryEntry[] = [];
  for await (const entry of search(history, peer, query)) {
    if (entries.length === MAX_FOUND) return { entries, hasMore: true };
    entries.push(entry);
  }
  return { entries, hasMore: false };
}
