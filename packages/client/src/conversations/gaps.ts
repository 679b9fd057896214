import { fromBinary } from '@bufbuild/protobuf';
import { type Frame, Opcode, toHex } from '@parley/protocol';
import { CommitSchema, MessageSchema } from '@parley/protocol/wire';
import { type Conversation, ConversationState } from '../gen/rows_pb.ts';
import { MlsError, type MlsErrorReason } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import { claimedUser, kindOf } from './claims.ts';
import { IdentityChangedError, InvalidConsentError } from './consent-errors.ts';
import type { Context } from './context.ts';
import { noteChange } from './pins.ts';
import { putGap } from './put-history.ts';
import { markBroken } from './replaced.ts';
import { tellError, tellOfArrived } from './tell.ts';

/** What a message that cannot be read may say of the group; the others are the doing of who sent it. */
const SHOWS_A_BREAK: ReadonlySet<MlsErrorReason> = new Set(['cannot_decrypt', 'wrong_epoch']);

/**
 * Something arrived that cannot be processed: the user is told (once a minute of the same), and where it belongs to a conversation, its history shows a gap.
 */
export function recordGap(context: Context, transaction: Transaction, frame: Frame | undefined, error: unknown): void {
  if (error instanceof IdentityChangedError) {
    noteChange(context, transaction, error, tellOfArrived);
    return;
  }
  const { records } = context;
  const what = frame === undefined ? 'something' : kindOf(frame);
  const claimed = frame === undefined ? undefined : claimedUser(frame);
  const isOwn = claimed === records.account.username;
  const name = claimed === undefined ? '' : ` in ${isOwn ? 'your' : `${claimed}'s`} name`;
  const about = claimed === undefined || isOwn ? {} : { user: claimed };
  if (error instanceof InvalidConsentError) {
    tellOfArrived(context, transaction, 'invalid_consent', `${what}${name} was dropped: ${error.message}`, about);
    return;
  }
  const conversation = frame === undefined ? undefined : transaction.get(records.conversations, conversationOf(frame));
  if (conversation !== undefined) {
    putGap(context, transaction, conversation);
    if (frame?.opcode === Opcode.MESSAGE) {
      transaction.put(records.conversations, { ...conversation, gaps: conversation.gaps + 1 });
    }
    // One that garbles a commit, or forges a message, gets no more than a new group.
    if (frame?.opcode === Opcode.COMMIT || (error instanceof MlsError && SHOWS_A_BREAK.has(error.reason))) {
      markBroken(context, transaction, toHex(conversation.id));
    }
  }
  const where = conversation === undefined ? name : ` in the conversation with ${conversation.peer}`;
  const why = error instanceof MlsError ? error.message : 'it is damaged';
  const message = `${what}${where} could not be read: ${why}`;
  tellOfArrived(context, transaction, 'unreadable', message, conversation === undefined ? about : { user: conversation.peer });
}

/**
 * A message of the other user opened that is not the next one: `skipped` that they encrypted before it have not come. Those that came and did
 * not open have their gaps. An honest server keeps the order of a sender (docs/protocol.md, "Delivery"), but a contact can encrypt what it never sends: whose doing it is
 * nobody here can know.
 */
export function recordSkipped(context: Context, transaction: Transaction, conversation: Conversation, skipped: number): void {
  const { gaps, peer, broken, state } = conversation;
  if (gaps > 0) transaction.put(context.records.conversations, { ...conversation, gaps: 0 });
  const missing = skipped - gaps;
  // What is broken, or was replaced, has its gap.
  if (missing <= 0 || broken || state === ConversationState.REPLACED) return;
  putGap(context, transaction, conversation);
  const [what, is] = missing === 1 ? ['a message', 'is'] : [`${missing} messages`, 'are'];
  const message = `${what} of ${peer} ${is} missing before this one: held back, late, or never sent`;
  tellError(context, transaction, 'unreadable', message, { user: peer });
}

/** In hex; '' where there is none. */
function conversationOf({ opcode, body }: Frame): string {
  try {
    if (opcode === Opcode.MESSAGE) return toHex(fromBinary(MessageSchema, body).conversation);
    if (opcode === Opcode.COMMIT) return toHex(fromBinary(CommitSchema, body).conversation);
  } catch {
    // What does not decode names no conversation.
  }
  return '';
}
