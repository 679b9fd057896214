import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { MESSAGE_ID_BYTES, toHex } from '@parley/protocol';
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

/** Marks one's own message as not sent: the server did not take it, or there is no conversation for it any more. */
export async function markRefused(transaction: Transaction, id: Uint8Array): Promise<void> {
  const row = await transaction.find('message', toHex(id));
  if (row === undefined) return;
  const message = fromBinary(MessageRowSchema, row.value);
  transaction.putRow({ ...row, value: toBinary(MessageRowSchema, { ...message, refused: true }) });
}

/** Marks in a conversation's history that something the other one has sent is missing. */
export function putGap(context: Context, transaction: Transaction, conversation: Conversation): void {
  const { crypto, now } = context.environment;
  const { id, peer: author } = conversation;
  putMessage(context, transaction, {
    id: crypto.randomBytes(MESSAGE_ID_BYTES),
    conversation: id,
    author,
    sentMs: now(),
    kind: MessageKind.GAP,
  });
}
