import { create, toBinary } from '@bufbuild/protobuf';
import { MAX_TEXT_BYTES, MESSAGE_ID_BYTES, Opcode, toHex, utf8 } from '@parley/protocol';
import { ContentSchema, MessageSchema } from '@parley/protocol/wire';
import { type Conversation, ConversationState, MessageKind, MessageRowSchema, type OutboxRow } from '../gen/rows_pb.ts';
import type { GroupState } from '../mls/mls.ts';
import { commitUpdate, isUpdateDue } from './commits.ts';
import type { Context } from './context.ts';
import { fail } from './failure.ts';
import { MAX_OUTBOX } from './outbox.ts';
import type { Transaction } from './transaction.ts';

export interface Typed {
  readonly to: string;
  readonly text: string;
  /** Given back in `sent`. */
  readonly tag: string;
}

/** Stores many messages and encrypts as many of them as may be now. */
export async function compose(context: Context, transaction: Transaction, messages: readonly Typed[]): Promise<void> {
  const conversations = new Set<string>();
  for (const message of messages) {
    const conversation = composeOne(context, transaction, message);
    if (conversation !== undefined) conversations.add(conversation);
  }
  for (const conversation of conversations) await advance(context, transaction, conversation);
}

function composeOne(context: Context, transaction: Transaction, { to, text, tag }: Typed): string | undefined {
  const { environment, records, outbox } = context;
  const wellFormed = text.toWellFormed();
  if (utf8(wellFormed).length > MAX_TEXT_BYTES) return fail(context, transaction, 'too_large', 'this message is too long');
  if (outbox.size >= MAX_OUTBOX) return fail(context, transaction, 'quota_exceeded', 'too many messages wait to be sent');
  const contact = transaction.get(records.contacts, to);
  const conversation = contact && transaction.get(records.conversations, toHex(contact.conversation));
  if (contact === undefined || conversation === undefined || conversation.state === ConversationState.CLOSED) {
    return fail(context, transaction, 'no_consent', `${to} has not accepted to talk with you`);
  }
  if (contact.changedKey.length > 0) {
    return fail(context, transaction, 'identity_changed', `${to} shows another identity than before: compare safety numbers`);
  }
  const id = environment.crypto.randomBytes(MESSAGE_ID_BYTES);
  const sentMs = environment.now();
  const content = toBinary(
    ContentSchema,
    create(ContentSchema, { id, sentMs: BigInt(sentMs), body: { case: 'text', value: { text: wellFormed } } }),
  );
  outbox.add(transaction, {
    key: toHex(id),
    opcode: Opcode.MESSAGE,
    conversation: conversation.id,
    messageId: id,
    content,
    tag,
    peer: to,
  });
  const author = records.account.username;
  const row = { id, conversation: conversation.id, author, sentMs, kind: MessageKind.TEXT, text: wellFormed };
  putMessage(context, transaction, row);
  return toHex(conversation.id);
}

export function putMessage(
  context: Context,
  transaction: Transaction,
  init: {
    id: Uint8Array;
    conversation: Uint8Array;
    author: string;
    sentMs: number;
    kind: MessageKind;
    text?: string;
    content?: Uint8Array;
  },
): void {
  transaction.putRow({
    collection: 'message',
    key: toHex(init.id),
    group: toHex(init.conversation),
    order: context.records.nextOrder(),
    value: toBinary(MessageRowSchema, create(MessageRowSchema, init)),
  });
}

/**
 * Encrypts what waits in a conversation, in order. Nothing is encrypted before the group stands, while a commit is under way, or
 * while messages of an epoch that has ended have no answer: they will come back and go first.
 */
export async function advance(context: Context, transaction: Transaction, key: string): Promise<void> {
  const { environment, records } = context;
  const conversation = transaction.get(records.conversations, key);
  if (conversation === undefined || conversation.state !== ConversationState.OPEN) return;
  if (conversation.commitPending || conversation.behind || isHeld(context, transaction, conversation)) return;
  const rows = transaction
    .values(records.outbox)
    .filter((row) => row.opcode === Opcode.MESSAGE && toHex(row.conversation) === key);
  const waiting = rows.filter((row) => row.body.length === 0);
  if (waiting.length === 0) return;
  const group = await transaction.group(key);
  if (group === undefined) return;
  const { epoch } = environment.mls.info(group);
  const unanswered = rows.filter((row) => row.body.length > 0);
  if (unanswered.some((row) => row.epoch !== epoch)) return;
  if (!isUpdateDue(context, conversation)) return encrypt(context, transaction, conversation, group, waiting);
  if (unanswered.length === 0) await commitUpdate(context, transaction, conversation, group);
}

/** Encrypts up to the next self-update; each step's used-up secrets are wiped once the last state is stored. */
async function encrypt(
  context: Context,
  transaction: Transaction,
  conversation: Conversation,
  group: GroupState,
  rows: readonly OutboxRow[],
): Promise<void> {
  const { environment, records, outbox } = context;
  const { epoch } = environment.mls.info(group);
  let state = group;
  let sent = conversation;
  for (const row of rows) {
    if (isUpdateDue(context, sent)) break;
    const step = await environment.mls.encrypt(state, row.content, row.messageId);
    const message = { conversation: row.conversation, epoch, id: row.messageId, ciphertext: step.ciphertext };
    outbox.put(transaction, { ...row, epoch, body: toBinary(MessageSchema, create(MessageSchema, message)) });
    transaction.effect(() => step.discard());
    state = step.state;
    sent = { ...sent, sentSinceUpdate: sent.sentSinceUpdate + 1 };
  }
  transaction.put(records.conversations, sent);
  transaction.putGroup(toHex(conversation.id), state);
}

function isHeld(context: Context, transaction: Transaction, conversation: Conversation): boolean {
  const contact = transaction.get(context.records.contacts, conversation.peer);
  return contact === undefined || contact.changedKey.length > 0;
}
