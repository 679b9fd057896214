import { MAILBOX_MAX_AGE_MS } from '@parley/protocol';
import type { Context } from './context.ts';

const BATCH = 1_000;

/** Ids of messages that were opened are kept as long as mailboxes are: none of them can come again after that. */
export async function forgetOldIds(context: Context): Promise<void> {
  const { environment, records } = context;
  const limit = environment.now() - MAILBOX_MAX_AGE_MS;
  const oldest = await records.vault.scan('seen', { limit: BATCH });
  const old = oldest.filter((row) => (row.order ?? 0) < limit);
  if (old.length > 0) await records.vault.write(old.map(({ collection, key }) => ({ delete: { collection, key } })));
}
