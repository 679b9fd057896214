import { Opcode, toHex } from '@parley/protocol';
import type { Reply, RequestError } from '../connection/reply.ts';
import { ConversationState, type OutboxRow, type Request, RequestState } from '../gen/rows_pb.ts';
import type { Transaction } from '../records/transaction.ts';
import { VaultError } from '../vault/vault.ts';
import { advanceAtEnd } from './advance.ts';
import { commitAnswered } from './commits.ts';
import { InvalidConsentError } from './consent-errors.ts';
import type { Context } from './context.ts';
import { recordGap } from './gaps.ts';
import { receiveRtt, standingConversation } from './incoming-consent.ts';
import { openFuture } from './incoming-messages.ts';
import { messageAnswered } from './outgoing-messages.ts';
import { replaceAnswered } from './replace-group.ts';
import { dropReplaced, forgetRequest, hasAsked, settlePair } from './requests.ts';
import { tellError } from './tell.ts';
import { dropMessage, UNANSWERABLE } from './unbound-messages.ts';

/** What the server's answer to something from the outbox leads to. Deletes the row, or changes what is sent next. */
export async function answered(context: Context, transaction: Transaction, key: string, reply: Reply): Promise<void> {
  const { outbox, requests } = context.records;
  const row = transaction.get(outbox, key);
  if (row === undefined) return;
  try {
    await transaction.attempt((inner) => handle(context, inner, row, reply));
  } catch (error) {
    if (error instanceof VaultError) throw error;
    // An answer that cannot be processed is one nevertheless: nothing is sent again that has it.
    transaction.delete(outbox, key);
    const request = transaction.get(requests, toHex(row.requestId));
    if (request !== undefined) forgetRequest(context, transaction, request);
    if (error instanceof InvalidConsentError) {
      const message = `the server's answer to what you asked ${row.peer} was dropped: ${error.message}`;
      tellError(context, transaction, 'invalid_consent', message, { user: row.peer });
    } else recordGap(context, transaction, undefined, error);
  }
}

async function handle(context: Context, transaction: Transaction, row: OutboxRow, reply: Reply): Promise<void> {
  if (row.opcode === Opcode.MESSAGE) return messageAnswered(context, transaction, row, reply);
  if (row.opcode === Opcode.COMMIT) {
    await commitAnswered(context, transaction, row, reply);
    return openFuture(context, transaction, toHex(row.conversation));
  }
  transaction.delete(context.records.outbox, row.key);
  const error = reply.kind === 'error' ? reply.error : undefined;
  if (row.opcode === Opcode.SETTINGS)
    return error && tellError(context, transaction, error.code, `${row.peer}: ${error.message}`, { user: row.peer });
  const request = transaction.get(context.records.requests, toHex(row.requestId));
  if (row.opcode === Opcode.REPLACE) return replaceAnswered(context, transaction, row, error);
  if (row.opcode === Opcode.ACCEPT) return acceptAnswered(context, transaction, row, request, error);
  if (row.opcode === Opcode.RTT) return requestAnswered(context, transaction, row, request, error);
  // REFUSE and CANCEL. One that came too late leaves the request for the answer that counts, which is on its way.
  const isLate = error?.code === 'already_answered';
  if (request !== undefined && !isLate) forgetRequest(context, transaction, request);
  if (error !== undefined) tellError(context, transaction, error.code, `${row.peer}: ${error.message}`, { user: row.peer });
}

async function requestAnswered(
  context: Context,
  transaction: Transaction,
  row: OutboxRow,
  request: Request | undefined,
  error: RequestError | undefined,
): Promise<void> {
  if (request === undefined) return;
  if (error === undefined) return dropReplaced(context, transaction, request);
  // The other one asked first. With our own request still there it counts as consent of both.
  const first = error.crossedWith;
  if (error.code === 'crossed' && first !== undefined) {
    // By a mailbox that was faster it may be known already, and then so is its acceptance.
    await receiveRtt(context, transaction, first);
    forgetRequest(context, transaction, request);
    const rows = transaction.values(context.records.requests);
    const isThere = rows.some(({ peer, outgoing }) => peer === row.peer && !outgoing);
    if (isThere || standingConversation(context, transaction, row.peer) !== undefined) return;
    const message = `${row.peer}: the server says that they have asked first, and has no request of theirs that counts`;
    tellError(context, transaction, 'crossed', message, { user: row.peer });
    return;
  }
  forgetRequest(context, transaction, request);
  if (request.state === RequestState.EXPIRED) return;
  tellError(context, transaction, error.code, `${row.peer}: ${error.message}`, { user: row.peer });
}

async function acceptAnswered(
  context: Context,
  transaction: Transaction,
  row: OutboxRow,
  request: Request | undefined,
  error: RequestError | undefined,
): Promise<void> {
  const { records } = context;
  const key = toHex(row.conversation);
  const conversation = transaction.get(records.conversations, key);
  if (error === undefined) {
    if (conversation !== undefined) transaction.put(records.conversations, { ...conversation, state: ConversationState.OPEN });
    if (request !== undefined) forgetRequest(context, transaction, request);
    settlePair(context, transaction, row.peer);
    if (request?.crossing === true) transaction.tell({ event: 'accepted', by: row.peer });
    return advanceAtEnd(context, transaction, key);
  }
  dropConversation(context, transaction, row);
  // Answered by a sibling device: its Welcome is on its way and needs the request.
  const isAwaited = error.code === 'already_answered' && standingConversation(context, transaction, row.peer) === undefined;
  if (request !== undefined && !isAwaited) forgetRequest(context, transaction, request);
  // The other one has taken the request back, and is asked by our own, which stands.
  if (request?.crossing === true && hasAsked(context, transaction, row.peer)) return;
  tellError(context, transaction, error.code, `${row.peer}: ${error.message}`, { user: row.peer });
}

/** Drops the group that nobody joined, and what was to be said in it. */
function dropConversation(context: Context, transaction: Transaction, row: OutboxRow): void {
  const { contacts, conversations, outbox } = context.records;
  const key = toHex(row.conversation);
  transaction.delete(conversations, key);
  transaction.putGroup(key, undefined);
  const contact = transaction.get(contacts, row.peer);
  if (contact !== undefined && toHex(contact.conversation) === key) {
    transaction.put(contacts, {
      ...contact,
      conversation: standingConversation(context, transaction, row.peer)?.id ?? new Uint8Array(0),
    });
  }
  for (const waiting of transaction.values(outbox)) {
    if (waiting.opcode !== Opcode.MESSAGE || toHex(waiting.conversation) !== key) continue;
    // There is no conversation whose history could show it.
    transaction.deleteRow('message', toHex(waiting.messageId));
    dropMessage(context, transaction, waiting, UNANSWERABLE);
  }
}
