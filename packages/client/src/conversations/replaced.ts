import { create } from '@bufbuild/protobuf';
import { equalBytes, MAX_REPLACED_GROUPS, Opcode, toHex } from '@parley/protocol';
import { ContactSchema, type Conversation, ConversationSchema, ConversationState } from '../gen/rows_pb.ts';
import { pendingKey } from '../records/groups.ts';
import type { Transaction } from '../records/transaction.ts';
import { advanceAtEnd } from './advance.ts';
import type { Context } from './context.ts';
import { nextUpdateMs } from './key-update.ts';
import { putGap } from './put-history.ts';
import { tellError } from './tell.ts';

// A conversation of two whose group cannot go on is *broken*: nothing is encrypted in it any more, and this device makes a group
// that takes its place. So does a device of the other user, perhaps; the server takes the first.

/** From now on a replacement is wanted. */
export function markBroken(context: Context, transaction: Transaction, key: string): void {
  const { conversations } = context.records;
  const conversation = transaction.get(conversations, key);
  if (conversation === undefined || conversation.state !== ConversationState.OPEN || conversation.broken) return;
  transaction.put(conversations, { ...conversation, broken: true });
  transaction.effect(() => context.heal(key));
}

/** The row of a conversation that takes the place of another: the history goes on. */
export function successor(
  context: Context,
  old: Conversation,
  init: { id: Uint8Array; suite: number; state: ConversationState; broken?: boolean; replacedMs?: number },
): Conversation {
  const { peer, replacedMs } = old;
  const row = { peer, replacedMs, ...init, thread: threadOf(old), replaces: old.id, updateDueMs: nextUpdateMs(context) };
  return create(ConversationSchema, row);
}

/**
 * `next` takes the place of `old`, whose group stays to read what was sent in it before. What has no answer there is encrypted in the
 * new one, under the same id.
 */
export function switchTo(context: Context, transaction: Transaction, old: Conversation, next: Conversation): void {
  const { contacts, conversations, outbox } = context.records;
  const oldKey = toHex(old.id);
  dropOwnReplacement(context, transaction, old, next.id);
  giveUpFuture(context, transaction, old);
  transaction.putGroup(pendingKey(oldKey), undefined);
  transaction.put(conversations, {
    ...old,
    state: ConversationState.REPLACED,
    broken: false,
    behind: false,
    commitPending: false,
    future: [],
  });
  forgetOldGroups(context, transaction, old.peer);
  transaction.put(conversations, next);
  const contact = transaction.get(contacts, old.peer) ?? create(ContactSchema, { username: old.peer });
  transaction.put(contacts, { ...contact, conversation: next.id });
  for (const row of transaction.values(outbox)) {
    if (!equalBytes(row.conversation, old.id)) continue;
    if (row.opcode === Opcode.COMMIT) transaction.delete(outbox, row.key);
    if (row.opcode !== Opcode.MESSAGE) continue;
    transaction.put(outbox, { ...row, conversation: next.id, body: new Uint8Array(0), epoch: 0n });
  }
  advanceAtEnd(context, transaction, toHex(next.id));
}

/** One group more was replaced: what was sent in the oldest can be read no more. That it was replaced stays known. */
function forgetOldGroups({ records }: Context, transaction: Transaction, peer: string): void {
  const replaced = transaction
    .values(records.conversations)
    .filter((row) => row.peer === peer && row.state === ConversationState.REPLACED);
  const old = replaced.at(-1 - MAX_REPLACED_GROUPS);
  if (old !== undefined) transaction.putGroup(toHex(old.id), undefined);
}

/** The commit that these messages waited for does not come any more. */
function giveUpFuture(context: Context, transaction: Transaction, old: Conversation): void {
  const { length } = old.future;
  if (length === 0) return;
  for (let i = 0; i < length; i++) putGap(context, transaction, old);
  tellError(
    context,
    transaction,
    'unreadable',
    `${length} messages from ${old.peer} could not be read: their keys have not come`,
    { user: old.peer },
  );
}

/** A replacement for `old` that this device has made and the server has not taken. */
export function ownReplacement(context: Context, transaction: Transaction, old: Conversation): Conversation | undefined {
  const rows = transaction.values(context.records.conversations);
  return rows.find((row) => row.state === ConversationState.OPENING && equalBytes(row.replaces, old.id));
}

/** Forgets the group that nobody joined, and its REPLACE; unless it is `kept`. */
export function dropOwnReplacement(context: Context, transaction: Transaction, old: Conversation, kept: Uint8Array): void {
  const { conversations, outbox } = context.records;
  const own = ownReplacement(context, transaction, old);
  if (own === undefined || equalBytes(own.id, kept)) return;
  const key = toHex(own.id);
  transaction.delete(conversations, key);
  transaction.putGroup(key, undefined);
  transaction.delete(outbox, replaceKey(own.id));
}

/** Of the outbox row with the REPLACE that makes this conversation. */
export function replaceKey(conversation: Uint8Array): string {
  return `${toHex(conversation)}/replace`;
}

function threadOf({ id, thread }: Conversation): Uint8Array {
  return thread.length === 0 ? id : thread;
}
