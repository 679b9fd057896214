import { MESSAGE_ID_BYTES } from '@parley/protocol';
import { readEvents, type Transaction, writeEvents } from '../records/transaction.ts';
import type { Context } from './context.ts';
import { tellError } from './tell.ts';

const MESSAGE_ID = new RegExp(`^[0-9a-f]{${2 * MESSAGE_ID_BYTES}}$`);

/**
 * Deletes messages (by their ids in hex), or what marks them as missing, from this device's history. That they were seen stays known:
 * a mailbox that repeats one does not bring it back. One's own that has never been encrypted is taken back with it; one that has may be
 * at the server already, and cannot be deleted before that has answered.
 */
export async function deleteMessages(context: Context, ids: readonly string[]): Promise<void> {
  await context.records.transact(async (transaction) => {
    const deleted = new Set<string>();
    for (const id of ids) if (await deleteOne(context, transaction, id)) deleted.add(id);
    if (deleted.size === 0) return;
    await forgetToTell(context, transaction, deleted);
    transaction.erase();
  });
}

/** @returns whether it was there, and is deleted */
async function deleteOne(context: Context, transaction: Transaction, id: string): Promise<boolean> {
  const { outbox } = context.records;
  // Other keys of the outbox look different.
  const isMessageId = MESSAGE_ID.test(id);
  const waiting = isMessageId ? transaction.get(outbox, id) : undefined;
  if (waiting?.encrypted === true) {
    const message = `the message to ${waiting.peer} is on its way: delete it when it was sent`;
    tellError(context, transaction, 'not_sent', message, { id, user: waiting.peer });
    return false;
  }
  const isKept = isMessageId && (await transaction.has('message', id));
  if (waiting === undefined && !isKept) {
    tellError(context, transaction, 'unknown_message', 'there is no message with this id here', { id });
    return false;
  }
  if (waiting !== undefined) transaction.delete(outbox, id);
  transaction.deleteRow('message', id);
  transaction.tell({ event: 'deleted', id });
  return true;
}

/** What an earlier run has stored to be told holds the text too. */
async function forgetToTell({ records }: Context, transaction: Transaction, deleted: ReadonlySet<string>): Promise<void> {
  for (const row of await records.vault.scan('event')) {
    const events = readEvents(row);
    const kept = events.filter((event) => event.event !== 'message' || !deleted.has(event.id));
    if (kept.length === events.length) continue;
    if (kept.length === 0) transaction.deleteRow('event', row.key);
    else transaction.putRow({ ...row, value: writeEvents(kept) });
  }
}
