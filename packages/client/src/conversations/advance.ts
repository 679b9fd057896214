import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes, Opcode, toHex } from '@parley/protocol';
import { MessageSchema } from '@parley/protocol/wire';
import { type Conversation, ConversationState, type OutboxRow } from '../gen/rows_pb.ts';
import { type GroupState, MlsError } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import type { Context } from './context.ts';
import { commitUpdate, isUpdateDue, MESSAGES_PER_UPDATE } from './key-update.ts';
import { tellError } from './tell.ts';

/** Once in this transaction, after all else. */
export function advanceAtEnd(context: Context, transaction: Transaction, key: string): void {
  transaction.atEnd(`advance/${key}`, async (last) => {
    try {
      await last.attempt((inner) => advance(context, inner, key));
    } catch (error) {
      if (!(error instanceof MlsError)) throw error;
      const conversation = last.get(context.records.conversations, key);
      const about = conversation && { user: conversation.peer };
      tellError(context, last, 'unreadable', `nothing can be sent in a conversation: ${error.message}`, about);
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
  if (conversation.commitPending || conversation.behind || conversation.broken || isHeld(context, transaction, conversation))
    return;
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
    const body = toBinary(MessageSchema, create(MessageSchema, message));
    outbox.put(transaction, { ...row, epoch, body, encrypted: true });
    transaction.effect(() => step.discard());
    state = step.state;
  }
  transaction.putGroup(toHex(groupId), state);
}

function isHeld(context: Context, transaction: Transaction, conversation: Conversation): boolean {
  const contact = transaction.get(context.records.contacts, conversation.peer);
  return contact === undefined || contact.changedKey.length > 0;
}
