import type { History } from '@parley/client';
import { jsonLine } from '../sanitize.ts';
import { describeEntry, entryFields, heading } from './describe-entry.ts';
import type { Destination } from './destination.ts';

/** Writes these conversations, one after the other, page by page from the vault and as fast as the destination takes them. */
export async function writeHistory(
  history: History,
  { peers, json }: { readonly peers: readonly string[]; readonly json: boolean },
  destination: Destination,
  onEntry: () => void,
): Promise<void> {
  for (const [index, peer] of peers.entries()) {
    if (!json) await destination.write(heading(peer, index === 0));
    for await (const entry of history.entries(peer)) {
      const lines = json ? [jsonLine(entryFields(entry))] : describeEntry(entry);
      await destination.write(`${lines.join('\n')}\n`);
      onEntry();
    }
  }
}
