import { fromBinary } from '@bufbuild/protobuf';
import { type Frame, Opcode, toHex } from '@parley/protocol';
import { CommitSchema, MessageSchema } from '@parley/protocol/wire';
import { MlsError, type MlsErrorReason } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import { IdentityChangedError, InvalidConsentError } from './consent-errors.ts';
import type { Context } from './context.ts';
import { noteChange } from './pins.ts';
import { putGap } from './put-history.ts';
import { markBroken } from './replaced.ts';
import { tellError } from './tell.ts';

/** What a message that cannot be read may say of the group; the others are the doing of who sent it. */
const SHOWS_A_BREAK: ReadonlySet<MlsErrorReason> = new Set(['cannot_decrypt', 'wrong_epoch']);

/**
 * Something arrived that cannot be processed: the user is told, and where it belongs to a conversation, its history shows a gap.
 */
export function recordGap(context: Context, transaction: Transaction, frame: Frame | undefined, error: unknown): void {
  if (error instanceof IdentityChangedError) {
    noteChange(context, transaction, error);
    return;
  }
  if (error instanceof InvalidConsentError) {
    tellError(context, transaction, 'invalid_consent', `a request or an answer was dropped: ${error.message}`);
    return;
  }
  const { records } = context;
  const conversation = frame === undefined ? undefined : transaction.get(records.conversations, conversationOf(frame));
  if (conversation !== undefined) {
    putGap(context, transaction, conversation);
    // One that garbles a commit, or forges a message, gets no more than a new group.
    if (frame?.opcode === Opcode.COMMIT || (error instanceof MlsError && SHOWS_A_BREAK.has(error.reason))) {
      markBroken(context, transaction, toHex(conversation.id));
    }
  }
  const who = conversation === undefined ? '' : ` from ${conversation.peer}`;
  const why = error instanceof MlsError ? error.message : 'it is damaged';
  tellError(
    context,
    transaction,
    'unreadable',
    `something${who} could not be read: ${why}`,
    conversation && { user: conversation.peer },
  );
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
