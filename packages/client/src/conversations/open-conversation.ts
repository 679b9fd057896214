import { create } from '@bufbuild/protobuf';
import { ConversationSchema, type ConversationState } from '../gen/rows_pb.ts';
import type { Transaction } from '../records/transaction.ts';
import { InvalidConsentError } from './consent-errors.ts';
import type { Context } from './context.ts';
import { nextUpdateMs } from './key-update.ts';
import { bindMessages } from './unbound-messages.ts';

/** From now on messages to this user go to this conversation. */
export function openConversation(
  context: Context,
  transaction: Transaction,
  init: { id: Uint8Array; peer: string; suite: number; state: ConversationState },
): void {
  const { contacts, conversations } = context.records;
  const contact = transaction.get(contacts, init.peer);
  if (contact === undefined) throw new InvalidConsentError('its user is not known');
  const updateDueMs = nextUpdateMs(context);
  transaction.put(conversations, create(ConversationSchema, { ...init, thread: init.id, updateDueMs }));
  transaction.put(contacts, { ...contact, conversation: init.id });
  bindMessages(context, transaction, init.peer, init.id);
}
