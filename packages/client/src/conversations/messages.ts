import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { equalBytes, MAX_TEXT_BYTES, MESSAGE_ID_BYTES, Opcode, toHex, utf8 } from '@parley/protocol';
import { ContentSchema, MessageSchema } from '@parley/protocol/wire';
import {
  type Conversation,
  ConversationState,
  MessageKind,
  MessageRowSchema,
  type OutboxRow,
  RequestState,
} from '../gen/rows_pb.ts';
import { type GroupState, MlsError } from '../mls/mls.ts';
import { commitUpdate, isUpdateDue, MESSAGES_PER_UPDATE } from './commits.ts';
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
export function compose(context: Context, transaction: Transaction, messages: readonly Typed[]): void {
  for (const message of messages) composeOne(context, transaction, message);
}

function composeOne(context: Context, transaction: Transaction, { to, text, tag }: Typed): void {
  const { environment, records, outbox } = context;
  const wellFormed = text.toWellFormed();
  if (utf8(wellFormed).length > MAX_TEXT_BYTES) {
    fail(context, transaction, 'too_large', 'this message is too long');
    return;
  }
  if (outbox.size >= MAX_OUTBOX) {
    fail(context, transaction, 'quota_exceeded', 'too many messages wait to be sent');
    return;
  }
  const contact = transaction.get(records.contacts, to);
  const conversation = contact && transaction.get(records.conversations, toHex(contact.conversation));
  const isOpen = conversation !== undefined && conversation.state !== ConversationState.CLOSED;
  if (contact === undefined || !(isOpen || isBeingAccepted(context, transaction, to))) {
    fail(context, transaction, 'no_consent', `${to} has not accepted to talk with you`);
    return;
  }
  if (contact.changedKey.length > 0) {
    fail(context, transaction, 'identity_changed', `${to} shows another identity than before: compare safety numbers`);
    return;
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
    conversation: isOpen ? conversation.id : new Uint8Array(0),
    messageId: id,
    content,
    tag,
    peer: to,
  });
  if (isOpen) putOwn(context, transaction, { id, conversation: conversation.id, sentMs, text: wellFormed });
}

/** What was typed to this user goes into this conversation. Until there is one it waits in the outbox without. */
export function bindMessages(context: Context, transaction: Transaction, peer: string, conversation: Uint8Array): void {
  for (const row of unboundMessages(context, transaction, peer)) {
    context.outbox.put(transaction, { ...row, conversation });
    const { id, body, sentMs } = fromBinary(ContentSchema, row.content);
    const text = body.case === 'text' ? body.value.text : '';
    putOwn(context, transaction, { id, conversation, sentMs: Number(sentMs), text });
  }
}

/** The history of a conversation has what this user said, and the group sends it when it may. */
function putOwn(
  context: Context,
  transaction: Transaction,
  said: { id: Uint8Array; conversation: Uint8Array; sentMs: number; text: string },
): void {
  putMessage(context, transaction, { ...said, author: context.records.account.username, kind: MessageKind.TEXT });
  advanceAtEnd(context, transaction, toHex(said.conversation));
}

/** There will be no conversation for what waits for one. */
export function dropUnbound(context: Context, transaction: Transaction, peer: string): void {
  for (const row of unboundMessages(context, transaction, peer)) dropMessage(context, transaction, row);
}

export function dropMessage(context: Context, transaction: Transaction, row: OutboxRow): void {
  transaction.delete(context.records.outbox, row.key);
  const message = `a message to ${row.peer} was not sent: the request was withdrawn or answered elsewhere`;
  fail(context, transaction, 'no_consent', message);
}

function unboundMessages(context: Context, transaction: Transaction, peer: string): OutboxRow[] {
  const rows = transaction.values(context.records.outbox);
  return rows.filter((row) => row.opcode === Opcode.MESSAGE && row.peer === peer && row.conversation.length === 0);
}

function isBeingAccepted(context: Context, transaction: Transaction, user: string): boolean {
  const rows = transaction.values(context.records.requests);
  return rows.some((row) => row.peer === user && row.state === RequestState.ACCEPTING);
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

/** Once in this transaction, after all else. */
export function advanceAtEnd(context: Context, transaction: Transaction, key: string): void {
  transaction.atEnd(`advance/${key}`, async (last) => {
    try {
      await last.attempt((inner) => advance(context, inner, key));
    } catch (error) {
      if (!(error instanceof MlsError)) throw error;
      fail(context, last, 'unreadable', `nothing can be sent in a conversation: ${error.message}`);
    }
  });
}

/**
 * Encrypts what waits in a conversation, in order. Nothing is encrypted before the group stands, while a commit is under way, or
 * while messages of an epoch that has ended have no answer: they will come back and go first.
 */
async function advance(context: Context, transaction: Transaction, key: string): Promise<void> {
  const { environment, records } = context;
  const conversation = transaction.get(records.conversations, key);
  if (conversation === undefined || conversation.state !== ConversationState.OPEN) return;
  if (conversation.commitPending || conversation.behind || isHeld(context, transaction, conversation)) return;
  const rows = transaction
    .values(records.outbox)
    .filter((row) => row.opcode === Opcode.MESSAGE && equalBytes(row.conversation, conversation.id));
  const waiting = rows.filter((row) => row.body.length === 0);
  if (waiting.length === 0) return;
  const group = await transaction.group(key);
  if (group === undefined) return;
  const { epoch } = environment.mls.info(group);
  const unanswered = rows.filter((row) => row.body.length > 0);
  if (unanswered.some((row) => row.epoch !== epoch)) return;
  if (!isUpdateDue(context, conversation)) {
    // Those without an answer count too, unless they come back.
    const left = MESSAGES_PER_UPDATE - conversation.sentSinceUpdate - unanswered.length;
    await encrypt(context, transaction, group, waiting.slice(0, Math.max(0, left)));
  } else if (unanswered.length === 0) {
    await commitUpdate(context, transaction, conversation, group);
  }
}

/** Each step's used-up secrets are wiped once the last state is stored. */
async function encrypt(context: Context, transaction: Transaction, group: GroupState, rows: readonly OutboxRow[]): Promise<void> {
  const { environment, outbox } = context;
  const { groupId, epoch } = environment.mls.info(group);
  let state = group;
  for (const row of rows) {
    const step = await environment.mls.encrypt(state, row.content, row.messageId);
    const message = { conversation: row.conversation, epoch, id: row.messageId, ciphertext: step.ciphertext };
    outbox.put(transaction, { ...row, epoch, body: toBinary(MessageSchema, create(MessageSchema, message)) });
    transaction.effect(() => step.discard());
    state = step.state;
  }
  transaction.putGroup(toHex(groupId), state);
}

function isHeld(context: Context, transaction: Transaction, conversation: Conversation): boolean {
  const contact = transaction.get(context.records.contacts, conversation.peer);
  return contact === undefined || contact.changedKey.length > 0;
}
