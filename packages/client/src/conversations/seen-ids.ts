import { IDS_REMEMBERED_MS } from '@parley/protocol';
import type { Context } from './context.ts';

const BATCH = 1_000;

/** Ids of messages that were opened are kept for a while; what comes again after that finds its MLS key used up. */
export async function forgetOldIds(context: Context): Promise<void> {
  const { environment, records } = context;
  const limit = environment.now() - IDS_REMEMBERED_MS;
  const oldest = await records.vault.scan('seen', { limit: BATCH });
  const old = oldest.filter((row) => (row.order ?? 0) < limit);
  if (old.length > 0) await records.vault.write(old.map(({ collection, key }) => ({ delete: { collection, key } })));
}
