import { toHex } from '@parley/protocol';
import type { Commit } from '@parley/protocol/wire';
import type { Reply } from '../connection/reply.ts';
import type { Conversation, OutboxRow } from '../gen/rows_pb.ts';
import { MlsError } from '../mls/mls.ts';
import { pendingKey } from '../records/groups.ts';
import type { Transaction } from '../records/transaction.ts';
import { advanceAtEnd } from './advance.ts';
import type { Context } from './context.ts';
import { nextUpdateMs } from './key-update.ts';
import { requireTwo } from './members.ts';
import { tellError } from './tell.ts';

export async function commitAnswered(context: Context, transaction: Transaction, row: OutboxRow, reply: Reply): Promise<void> {
  const { environment, records } = context;
  const key = toHex(row.conversation);
  transaction.delete(records.outbox, row.key);
  const conversation = transaction.get(records.conversations, key);
  const current = await transaction.group(key);
  if (conversation === undefined || current === undefined || !conversation.commitPending) return;
  // That epoch has ended already, and the commit under way now is a later one.
  if (environment.mls.info(current).epoch !== row.epoch) return;
  if (reply.kind === 'ok') {
    await installPending(context, transaction, conversation);
  } else if (reply.kind === 'error' && reply.error.code === 'stale_epoch') {
    // Another commit won: what waits is encrypted after it has come.
    settle(context, transaction, { ...conversation, behind: true });
  } else if (reply.kind === 'error') {
    settle(context, transaction, { ...conversation, sentSinceUpdate: 0, updateDueMs: nextUpdateMs(context) });
    tellError(context, transaction, reply.error.code, 'the keys of a conversation could not be renewed', {
      user: conversation.peer,
    });
  }
  advanceAtEnd(context, transaction, key);
}

/**
 * Takes something of the epoch that a commit of ours makes, before its OK has come: what opens there shows that the server has taken
 * the commit, as it gave it to whoever wrote this. When it does not open nothing is changed. `work` throws MlsError then.
 * @returns whether it opened
 */
export async function openPending(
  context: Context,
  transaction: Transaction,
  conversation: Conversation,
  work: (inner: Transaction) => Promise<void>,
): Promise<boolean> {
  if (!conversation.commitPending) return false;
  try {
    await transaction.attempt(async (inner) => {
      await installPending(context, inner, conversation);
      await work(inner);
    });
  } catch (error) {
    if (!(error instanceof MlsError)) throw error;
    return false;
  }
  advanceAtEnd(context, transaction, toHex(conversation.id));
  return true;
}

/** @throws MlsError when there is nothing to install */
async function installPending(context: Context, transaction: Transaction, conversation: Conversation): Promise<void> {
  const key = toHex(conversation.id);
  const current = await transaction.group(key);
  const pending = await transaction.group(pendingKey(key));
  if (current === undefined || pending === undefined) throw new MlsError('wrong_group', 'no commit of ours is under way');
  const step = context.environment.mls.install(pending, current);
  transaction.putGroup(key, step.state);
  transaction.effect(() => step.discard());
  settle(context, transaction, { ...conversation, sentSinceUpdate: 0, updateDueMs: nextUpdateMs(context) });
}

/**
 * A commit of the other user (or of a sibling device), which ends the current epoch. One of ours that was under way has lost.
 * @throws MlsError when it cannot be applied
 */
export async function receiveCommit(context: Context, transaction: Transaction, commit: Commit): Promise<void> {
  const { environment, records } = context;
  const { mls } = environment;
  const key = toHex(commit.conversation);
  const conversation = transaction.get(records.conversations, key);
  const group = conversation === undefined ? undefined : await transaction.group(key);
  if (conversation === undefined || group === undefined)
    throw new MlsError('wrong_group', 'a commit for no conversation of ours');
  const { epoch } = mls.readEpoch(commit.commit);
  const current = mls.info(group).epoch;
  if (epoch < current) return;
  if (epoch > current) {
    const next = (inner: Transaction): Promise<void> => receiveCommit(context, inner, commit);
    if (epoch === current + 1n && (await openPending(context, transaction, conversation, next))) return;
    throw new MlsError('wrong_epoch', 'a commit is missing before this one');
  }
  const step = await mls.processCommit(group, commit.commit);
  requireTwo(context, transaction, conversation.peer, mls.info(step.state));
  transaction.putGroup(key, step.state);
  transaction.effect(() => step.discard());
  settle(context, transaction, { ...conversation, behind: false });
  advanceAtEnd(context, transaction, key);
}

function settle(context: Context, transaction: Transaction, conversation: Conversation): void {
  transaction.putGroup(pendingKey(toHex(conversation.id)), undefined);
  transaction.put(context.records.conversations, { ...conversation, commitPending: false });
}
