import { IDS_REMEMBERED_MS, toHex } from '@parley/protocol';
import type { Transaction } from '../records/transaction.ts';
import type { Context } from './context.ts';

/** Read and deleted at once. */
const BATCH = 1_000;

/** Remembers a request that was answered, taken back or given up, so that a copy of it counts no more. */
export function markSettled(context: Context, transaction: Transaction, requestId: Uint8Array): void {
  transaction.putRow({
    collection: 'seen',
    key: settledKey(requestId),
    order: context.time(),
    value: new Uint8Array(0),
  });
}

export function isSettled(transaction: Transaction, requestId: Uint8Array): Promise<boolean> {
  return transaction.has('seen', settledKey(requestId));
}

function settledKey(requestId: Uint8Array): string {
  return `request/${toHex(requestId)}`;
}

/** Ids of messages that were opened are kept for a while; what comes again after that finds its MLS key used up. */
export async function forgetOldIds(context: Context): Promise<void> {
  const { records } = context;
  const limit = context.time() - IDS_REMEMBERED_MS;
  for (let isMore = true; isMore; ) {
    const oldest = await records.vault.scan('seen', { limit: BATCH });
    const old = oldest.filter((row) => (row.order ?? 0) < limit);
    if (old.length > 0) await records.vault.write(old.map(({ collection, key }) => ({ delete: { collection, key } })));
    isMore = old.length === BATCH;
  }
}
