import { toHex } from '@parley/protocol';
import type { Devices } from '@parley/protocol/wire';
import { ConversationState } from '../gen/rows_pb.ts';
import type { Transaction } from '../records/transaction.ts';
import type { Context } from './context.ts';
import { standingConversation } from './incoming-consent.ts';
import { recognise } from './pins.ts';
import { putGap } from './put-history.ts';
import { markBroken } from './replaced.ts';
import { tellError } from './tell.ts';

/**
 * REJOIN: what this device's mailbox held is gone, or its vault is an old copy. Every conversation gets a gap and a new group, and the
 * KeyPackages that the server still has are not trusted to be ours any more.
 */
export function receiveRejoin(context: Context, transaction: Transaction): void {
  const { records } = context;
  let count = 0;
  for (const row of transaction.values(records.conversations)) {
    // One that is broken already has its gap.
    if (row.state !== ConversationState.OPEN || row.broken) continue;
    count += 1;
    putGap(context, transaction, row);
    markBroken(context, transaction, toHex(row.id));
  }
  records.putProgress(transaction, { ...records.progress(transaction), keysPublishedMs: 0 });
  transaction.effect(() => context.publishKeys('foreign'));
  const what = 'what was sent to this device before is gone from the server, or its data is an old copy';
  // An honest server says it once.
  if (!context.isDue('rejoin')) return;
  tellError(
    context,
    transaction,
    'unreadable',
    `${what}: messages are missing in ${count} conversations, which go on with new keys`,
  );
}

/**
 * DEVICES: a device list has changed. A group with a device that does not count any more, or with none that does, is replaced.
 * @throws InvalidConsentError, IdentityChangedError
 */
export async function receiveDevices(context: Context, transaction: Transaction, { devices }: Devices): Promise<void> {
  const { environment, records } = context;
  const user = recognise(context, transaction, devices);
  if (user.username === records.account.username) return;
  const conversation = standingConversation(context, transaction, user.username);
  if (conversation === undefined) return;
  const group = await transaction.group(toHex(conversation.id));
  const listed = new Set(user.devices.map(({ signatureKey }) => toHex(signatureKey)));
  const theirs =
    group === undefined ? [] : environment.mls.info(group).members.filter(({ username }) => username === user.username);
  const isRight = theirs.length > 0 && theirs.every(({ signatureKey }) => listed.has(toHex(signatureKey)));
  if (!isRight) markBroken(context, transaction, toHex(conversation.id));
}
