import { create } from '@bufbuild/protobuf';
import { equalBytes, toHex } from '@parley/protocol';
import type { Replace } from '@parley/protocol/wire';
import { type Conversation, ConversationSchema, ConversationState } from '../gen/rows_pb.ts';
import { MlsError } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import { advanceAtEnd } from './advance.ts';
import { type CheckedConsent, checkReplace } from './consent.ts';
import { InvalidConsentError } from './consent-errors.ts';
import { proofHolds } from './consent-proof.ts';
import type { Context } from './context.ts';
import { requireAnnounced } from './incoming-consent.ts';
import { mlsDevice, storedKeyPackages } from './key-packages.ts';
import { nextUpdateMs } from './key-update.ts';
import { requireTwo } from './members.ts';
import { putGap } from './put-history.ts';
import { successor, switchTo } from './replaced.ts';
import { settlePair } from './requests.ts';
import { tellError } from './tell.ts';

/**
 * Somebody has made a new group for a conversation: joins it, if the two users have agreed to talk, and hold it alone. One that
 * cannot be joined is replaced in its turn.
 * @throws InvalidConsentError, IdentityChangedError
 */
export async function receiveReplace(context: Context, transaction: Transaction, replace: Replace): Promise<void> {
  const { conversations } = context.records;
  const consent = checkReplace(context, transaction, replace);
  const peer = peerOf(context, consent);
  const known = transaction.get(conversations, toHex(consent.conversation));
  if (known !== undefined && !(await isNamed(transaction, known))) return;
  const old = requireConsent(context, transaction, consent, peer, replace);
  if (old === 'over') return;
  const { suite } = replace;
  const isOther = old !== undefined && ![consent.requestId, consent.conversation].some((id) => equalBytes(old.id, id));
  const isBeforeNamed = isOther && (await isNamed(transaction, old));
  const isUnheardOf = !transaction.values(conversations).some((row) => row.peer === peer);
  try {
    const next = await transaction.attempt((inner) => join(context, inner, replace, consent, peer));
    take(context, transaction, old, peer, { id: consent.conversation, suite: next.suite });
    if (old === undefined) transaction.tell({ event: 'accepted', by: peer });
  } catch (error) {
    if (!(error instanceof MlsError)) throw error;
    // Whoever made it is answered with another one.
    take(context, transaction, old, peer, { id: consent.conversation, suite, broken: true });
    transaction.effect(() => context.heal(toHex(consent.conversation)));
    const message = `the new keys of the conversation with ${peer} do not fit this device: it makes others (${error.message})`;
    tellError(context, transaction, 'unreadable', message, { user: peer });
  }
  // The one that was named comes later, and is joined then like any other.
  if (isBeforeNamed) transaction.delete(conversations, toHex(old.id));
  if (isUnheardOf) markLost(context, transaction, consent.conversation);
}

/** Whether it is known by its id alone: the server has named it as the winner, and its REPLACE has not come. */
async function isNamed(transaction: Transaction, { id, broken }: Conversation): Promise<boolean> {
  return broken && (await transaction.group(toHex(id))) === undefined;
}

/** This device has lost all that was said before, and what its mailbox held of it. */
function markLost(context: Context, transaction: Transaction, id: Uint8Array): void {
  const conversation = transaction.get(context.records.conversations, toHex(id));
  if (conversation === undefined) return;
  putGap(context, transaction, conversation);
  const message = `what you and ${conversation.peer} have said before is missing here: it was on a device that is lost`;
  tellError(context, transaction, 'unreadable', message, { user: conversation.peer });
}

function peerOf({ records }: Context, { from, to, deviceId }: CheckedConsent): string {
  const { username, deviceId: own } = records.account;
  if (from.username !== username) return from.username;
  if (equalBytes(deviceId, own)) throw new InvalidConsentError('this device has not made it');
  return to;
}

/**
 * The conversation whose place it takes; `undefined` where this device knows of none and the two have agreed all the same; `over` for one
 * that was replaced by another before, or closed.
 * @throws InvalidConsentError
 */
function requireConsent(
  context: Context,
  transaction: Transaction,
  { requestId }: CheckedConsent,
  peer: string,
  { proof }: Replace,
): Conversation | undefined | 'over' {
  const { contacts, conversations } = context.records;
  const contact = transaction.get(contacts, peer);
  const current = contact && transaction.get(conversations, toHex(contact.conversation));
  const named = transaction.get(conversations, toHex(requestId));
  if (named !== undefined) {
    if (named.peer !== peer) throw new InvalidConsentError('it is about a conversation with somebody else');
    // A row that the server has named by its winner: what it replaces is behind us already.
    const isPredecessor = current?.broken === true && equalBytes(current.replaces, named.id);
    if (named.state === ConversationState.OPEN) return named;
    return isPredecessor ? current : 'over';
  }
  // What came between was lost with the mailbox, or this device is new.
  if (current !== undefined && current.state === ConversationState.OPEN) return current;
  if (contact?.blocked === true || !proofHolds(context, proof, peer)) {
    throw new InvalidConsentError('it is about no conversation that is known');
  }
  return undefined;
}

/** @throws MlsError */
async function join(
  context: Context,
  transaction: Transaction,
  replace: Replace,
  consent: CheckedConsent,
  peer: string,
): Promise<{ suite: number }> {
  const { mls } = context.environment;
  const keyPackages = await storedKeyPackages(context, [], true);
  const stored = keyPackages.map(({ keyPackage }) => keyPackage);
  const { state, reference } = await mls.join(mlsDevice(context), replace.welcome, stored);
  const info = mls.info(state);
  requireTwo(context, transaction, peer, info);
  requireAnnounced(context, transaction, info, replace, consent);
  transaction.putGroup(toHex(consent.conversation), state);
  if (keyPackages.some(({ keyPackage, lastResort }) => keyPackage.reference === reference && !lastResort)) {
    transaction.deleteRow('keypackage', reference);
  }
  return info;
}

function take(
  context: Context,
  transaction: Transaction,
  old: Conversation | undefined,
  peer: string,
  init: { id: Uint8Array; suite: number; broken?: boolean },
): void {
  const { contacts, conversations } = context.records;
  const state = ConversationState.OPEN;
  if (old !== undefined && equalBytes(old.id, init.id)) {
    // It was known by its id alone.
    transaction.put(conversations, { ...old, ...init, broken: init.broken ?? false });
    advanceAtEnd(context, transaction, toHex(init.id));
  } else if (old !== undefined) {
    switchTo(context, transaction, old, successor(context, old, { ...init, state }));
  } else {
    const updateDueMs = nextUpdateMs(context);
    transaction.put(conversations, create(ConversationSchema, { ...init, peer, state, thread: init.id, updateDueMs }));
    const contact = transaction.get(contacts, peer);
    if (contact !== undefined) transaction.put(contacts, { ...contact, conversation: init.id });
  }
  settlePair(context, transaction, peer);
}
