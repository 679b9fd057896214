import type { History, HistoryEntry } from '../history.ts';

const PAGE = 500;

/** The form in which texts are compared: without case, and a letter the same however it was typed (NFKC). */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/**
 * The texts of a conversation that contain all words of the query, newest first. Reads the vault page by page, as far as it is asked
 * to go on.
 */
export async function* search(history: History, peer: string, query: string): AsyncGenerator<HistoryEntry> {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return;
  let before: number | undefined;
  for (;;) {
    const page: HistoryEntry[] = await history.page(peer, { limit: PAGE, ...(before === undefined ? {} : { before }) });
    yield* page.toReversed().filter((entry) => isFound(entry, words));
    const first = page[0];
    if (first === undefined || page.length < PAGE) return;
    before = first.position;
  }
}

function isFound(entry: HistoryEntry, words: readonly string[]): boolean {
  if (entry.kind !== 'text') return false;
  const text = fold(entry.text);
  return words.every((word) => text.includes(word));
}
