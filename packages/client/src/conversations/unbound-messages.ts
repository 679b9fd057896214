import { fromBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { ContentSchema } from '@parley/protocol/wire';
import { MessageKind, type OutboxRow, RequestState } from '../gen/rows_pb.ts';
import type { Transaction } from '../records/transaction.ts';
import { advanceAtEnd } from './advance.ts';
import type { Context } from './context.ts';
import { putMessage } from './put-history.ts';
import { tellError } from './tell.ts';

// What is typed to a user whose request was accepted while the server is away: its group has yet to be made, so it waits in the
// outbox without a conversation.

/** Why there is no conversation. */
export const UNANSWERABLE = 'the request was withdrawn or answered elsewhere';

/** Whether messages to this user may wait for a conversation. */
export function isBeingAccepted(context: Context, transaction: Transaction, user: string): boolean {
  const rows = transaction.values(context.records.requests);
  return rows.some((row) => row.peer === user && row.state === RequestState.ACCEPTING);
}

/** What was typed to this user goes into this conversation. */
export function bindMessages(context: Context, transaction: Transaction, peer: string, conversation: Uint8Array): void {
  for (const row of unboundMessages(context, transaction, peer)) {
    context.outbox.put(transaction, { ...row, conversation });
    const { id, body, sentMs } = fromBinary(ContentSchema, row.content);
    const text = body.case === 'text' ? body.value.text : '';
    putOwn(context, transaction, { id, conversation, sentMs: Number(sentMs), text });
  }
}

/** There will be no conversation for what waits for one. */
export function dropUnbound(context: Context, transaction: Transaction, peer: string): void {
  for (const row of unboundMessages(context, transaction, peer)) dropMessage(context, transaction, row, UNANSWERABLE);
}

export function dropMessage(context: Context, transaction: Transaction, row: OutboxRow, why: string): void {
  transaction.delete(context.records.outbox, row.key);
  const message = `a message to ${row.peer} was not sent: ${why}`;
  tellError(context, transaction, 'no_consent', message, { id: row.tag, user: row.peer });
}

/** The history of a conversation has what this user said, and the group sends it when it may. */
export function putOwn(
  context: Context,
  transaction: Transaction,
  said: { id: Uint8Array; conversation: Uint8Array; sentMs: number; text: string },
): void {
  putMessage(context, transaction, { ...said, author: context.records.account.username, kind: MessageKind.TEXT });
  advanceAtEnd(context, transaction, toHex(said.conversation));
}

function unboundMessages(context: Context, transaction: Transaction, peer: string): OutboxRow[] {
  const rows = transaction.values(context.records.outbox);
  return rows.filter((row) => row.opcode === Opcode.MESSAGE && row.peer === peer && row.conversation.length === 0);
}
