import { create, toBinary } from '@bufbuild/protobuf';
import { MAX_OUTBOX, MAX_TEXT_BYTES, Opcode, toHex, utf8 } from '@parley/protocol';
import { ContentSchema } from '@parley/protocol/wire';
import type { Reply } from '../connection/reply.ts';
import { ConversationState, type OutboxRow } from '../gen/rows_pb.ts';
import type { Transaction } from '../records/transaction.ts';
import { advanceAtEnd } from './advance.ts';
import type { Context } from './context.ts';
import { markRefused } from './put-history.ts';
import { tellError } from './tell.ts';
import { isBeingAccepted, putOwn } from './unbound-messages.ts';

export interface Typed {
  readonly to: string;
  readonly text: string;
  /** Given back in `sent`, or in the `error` that comes instead. */
  readonly tag: string;
  /** Random, MESSAGE_ID_BYTES. */
  readonly messageId: Uint8Array;
}

/** Stores many messages and encrypts as many of them as may be now. */
export function compose(context: Context, transaction: Transaction, messages: readonly Typed[]): void {
  for (const message of messages) composeOne(context, transaction, message);
}

function composeOne(context: Context, transaction: Transaction, { to, text, tag, messageId: id }: Typed): void {
  const { environment, records, outbox } = context;
  const about = { id: tag, user: to };
  const wellFormed = text.toWellFormed();
  if (utf8(wellFormed).length > MAX_TEXT_BYTES) {
    tellError(context, transaction, 'too_large', 'this message is too long', about);
    return;
  }
  if (outbox.size >= MAX_OUTBOX) {
    tellError(context, transaction, 'quota_exceeded', 'too many messages wait to be sent', about);
    return;
  }
  const contact = transaction.get(records.contacts, to);
  const conversation = contact && transaction.get(records.conversations, toHex(contact.conversation));
  const isOpen = conversation !== undefined && conversation.state !== ConversationState.CLOSED;
  if (contact === undefined || !(isOpen || isBeingAccepted(context, transaction, to))) {
    tellError(context, transaction, 'no_consent', `${to} has not accepted to talk with you`, about);
    return;
  }
  if (contact.changedKey.length > 0) {
    const why = `${to} shows another identity than before: compare safety numbers`;
    tellError(context, transaction, 'identity_changed', why, about);
    return;
  }
  const sentMs = environment.now();
  const content = toBinary(
    ContentSchema,
    create(ContentSchema, { id, sentMs: BigInt(sentMs), body: { case: 'text', value: { text: wellFormed } } }),
  );
  outbox.add(transaction, {
    key: toHex(id),
    opcode: Opcode.MESSAGE,
    conversation: isOpen ? conversation.id : new Uint8Array(0),
    messageId: id,
    content,
    tag,
    peer: to,
  });
  if (isOpen) putOwn(context, transaction, { id, conversation: conversation.id, sentMs, text: wellFormed });
}

/** OK, or what else becomes of it. */
export async function messageAnswered(context: Context, transaction: Transaction, row: OutboxRow, reply: Reply): Promise<void> {
  const { environment, records, outbox } = context;
  const key = toHex(row.conversation);
  const conversation = transaction.get(records.conversations, key);
  if (reply.kind === 'error' && reply.error.code === 'stale_epoch') {
    // Encrypted again with the same id once the commit that ended its epoch has come.
    outbox.put(transaction, { ...row, body: new Uint8Array(0), epoch: 0n });
    const group = await transaction.group(key);
    const isBehind = group !== undefined && environment.mls.info(group).epoch === row.epoch;
    if (conversation !== undefined && isBehind) transaction.put(records.conversations, { ...conversation, behind: true });
  } else if (reply.kind === 'error') {
    transaction.delete(records.outbox, row.key);
    await markRefused(transaction, row.messageId);
    const why = `a message to ${row.peer} was not taken: ${reply.error.message}`;
    tellError(context, transaction, reply.error.code, why, { id: row.tag, user: row.peer });
  } else {
    transaction.delete(records.outbox, row.key);
    transaction.tell({ event: 'sent', id: row.tag, message: toHex(row.messageId) });
    if (conversation !== undefined) {
      const sentSinceUpdate = conversation.sentSinceUpdate + 1;
      transaction.put(records.conversations, { ...conversation, sentSinceUpdate });
    }
  }
  advanceAtEnd(context, transaction, key);
}
