import { create, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { CommitSchema } from '@parley/protocol/wire';
import type { Conversation } from '../gen/rows_pb.ts';
import type { GroupState } from '../mls/mls.ts';
import { pendingKey } from '../records/groups.ts';
import type { Transaction } from '../records/transaction.ts';
import type { Context } from './context.ts';

/** A self-update is due after this many messages sent, or this long after the last one, give or take a quarter. */
export const MESSAGES_PER_UPDATE = 500;
const UPDATE_MS = 24 * 60 * 60 * 1_000;
const UPDATE_JITTER = 0.25;

export function nextUpdateMs(context: Context): number {
  return context.time() + UPDATE_MS * (1 - UPDATE_JITTER + 2 * UPDATE_JITTER * context.environment.random());
}

export function isUpdateDue(context: Context, conversation: Conversation): boolean {
  return conversation.sentSinceUpdate >= MESSAGES_PER_UPDATE || context.time() >= conversation.updateDueMs;
}

/**
 * Fresh keys of this device for the group (post-compromise security). The state after it is *pending*: it counts only once the
 * server has answered OK, and the identical bytes are sent until it answers.
 */
export async function commitUpdate(
  context: Context,
  transaction: Transaction,
  conversation: Conversation,
  group: GroupState,
): Promise<void> {
  const { environment, records, outbox } = context;
  const key = toHex(conversation.id);
  const { epoch } = environment.mls.info(group);
  const step = await environment.mls.commitUpdate(group);
  transaction.putGroup(pendingKey(key), step.state);
  transaction.put(records.conversations, { ...conversation, commitPending: true });
  outbox.add(transaction, {
    key: `${key}/commit/${epoch}`,
    opcode: Opcode.COMMIT,
    conversation: conversation.id,
    epoch,
    peer: conversation.peer,
    body: toBinary(CommitSchema, create(CommitSchema, { conversation: conversation.id, epoch, commit: step.commit })),
  });
}
