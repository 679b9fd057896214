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
  const pending = await transaction.group(pendingKey(key));
  if (conversation === undefined || current === undefined || pending === undefined) return;
  // Another commit for that epoch has come already, and the one under way now is a later one.
  if (environment.mls.info(current).epoch !== row.epoch) return;
  if (reply.kind === 'ok') {
    const step = environment.mls.install(pending, current);
    transaction.putGroup(key, step.state);
    transaction.effect(() => step.discard());
    settle(context, transaction, { ...conversation, sentSinceUpdate: 0, updateDueMs: nextUpdateMs(context) });
  } else if (reply.kind === 'error' && reply.error.code === 'stale_epoch') {
    // Another commit won: what waits is encrypted after it has come.
    settle(context, transaction, { ...conversation, behind: true });
  } else if (reply.kind === 'error') {
    settle(context, transaction, { ...conversation, sentSinceUpdate: 0, updateDueMs: nextUpdateMs(context) });
    tellError(context, transaction, reply.error.code, 'the keys of a conversation could not be renewed');
  }
  advanceAtEnd(context, transaction, key);
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
  if (epoch > current) throw new MlsError('wrong_epoch', 'a commit is missing before this one');
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
