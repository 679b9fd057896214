import { create, toBinary } from '@bufbuild/protobuf';
import { toHex } from '@parley/protocol';
import { type Conversation, MessageKind, MessageRowSchema } from '../gen/rows_pb.ts';
import type { Transaction } from '../records/transaction.ts';
import type { Context } from './context.ts';

/** Puts a message, or a gap, at the end of a conversation's history, which goes on when its group is replaced. */
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
  const thread = transaction.get(context.records.conversations, toHex(init.conversation))?.thread;
  transaction.putRow({
    collection: 'message',
    key: toHex(init.id),
    group: toHex(thread === undefined || thread.length === 0 ? init.conversation : thread),
    order: context.records.nextOrder(),
    value: toBinary(MessageRowSchema, create(MessageRowSchema, init)),
  });
}

/** Marks in a conversation's history that something the other one has sent is missing. */
export function putGap(context: Context, transaction: Transaction, conversation: Conversation): void {
  const { crypto, now } = context.environment;
  const { id, peer: author } = conversation;
  putMessage(context, transaction, {
    id: crypto.randomBytes(16),
    conversation: id,
    author,
    sentMs: now(),
    kind: MessageKind.GAP,
  });
}
