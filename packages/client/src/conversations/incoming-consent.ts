import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes, MAX_DEVICES, MAX_KEY_PACKAGE, openDeviceList, REQUEST_LIFETIME_MS, toHex } from '@parley/protocol';
import { type Accept, type Cancel, type Refuse, type Rtt, RttSchema } from '@parley/protocol/wire';
import { type Conversation, ConversationState, type Request, RequestSchema, RequestState } from '../gen/rows_pb.ts';
import { type GroupInfo, MlsError } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import { type CheckedConsent, checkAccept, checkCancel, checkRefuse, checkRtt } from './consent.ts';
import { InvalidConsentError } from './consent-errors.ts';
import { keepProof } from './consent-proof.ts';
import type { Context } from './context.ts';
import { mlsDevice, storedKeyPackages } from './key-packages.ts';
import { requireTwo } from './members.ts';
import { openConversation } from './open-conversation.ts';
import { dropReplaced, forgetRequest, hasAsked, keepIncoming, markAccepted, settlePair } from './requests.ts';
import { isSettled } from './seen-ids.ts';
import { tellError } from './tell.ts';

/**
 * A request to talk goes into the tray. One from somebody whom this user has asked too is consent of both, and accepted at once.
 * @throws InvalidConsentError, IdentityChangedError
 */
export async function receiveRtt(context: Context, transaction: Transaction, rtt: Rtt): Promise<void> {
  const { records } = context;
  const consent = checkRtt(context, transaction, rtt);
  const { requestId, from, to, deviceId } = consent;
  const nowMs = context.time();
  // One that is dated ahead would never expire.
  const timeMs = Math.min(consent.timeMs, nowMs);
  if (transaction.get(records.requests, toHex(requestId)) !== undefined || (await isSettled(transaction, requestId))) return;
  const { account } = records;
  const isOurs = from.username === account.username;
  if (standingConversation(context, transaction, isOurs ? to : from.username) !== undefined) return;
  const isOver = timeMs < nowMs - REQUEST_LIFETIME_MS;
  const state = isOver ? RequestState.EXPIRED : RequestState.PENDING;
  if (isOurs) {
    // What this device does not know of its own requests is over.
    if (equalBytes(deviceId, account.deviceId)) return;
    // By a sibling device: its Welcome may be for a KeyPackage that this device has published.
    const sent = create(RequestSchema, { requestId, peer: to, outgoing: true, state, timeMs });
    transaction.put(records.requests, sent);
    return dropReplaced(context, transaction, sent);
  }
  const { keyPackages } = rtt;
  if (keyPackages.length > MAX_DEVICES || keyPackages.some(({ keyPackage }) => keyPackage.length > MAX_KEY_PACKAGE)) {
    throw new InvalidConsentError('it has too many KeyPackages, or too large ones');
  }
  const peer = from.username;
  if (transaction.get(records.contacts, peer)?.blocked === true) return;
  // It is not shown, but a sibling may have accepted it in time.
  if (isOver) return keepIncoming(context, transaction, create(RequestSchema, { requestId, peer, state, timeMs }));
  const crossing = hasAsked(context, transaction, peer);
  const bytes = toBinary(RttSchema, { ...rtt, position: 0n });
  const incoming = create(RequestSchema, { requestId, peer, state, timeMs, rtt: bytes, crossing });
  keepIncoming(context, transaction, incoming);
  if (!crossing) return transaction.effect(() => context.showOnce(toHex(requestId), peer));
  // Ours stays: should the other one have been taken back meanwhile, the server takes ours. Its answer says.
  markAccepted(context, transaction, incoming);
}

/**
 * The answer to a request of ours (or, from a sibling device, to one we received): joins its group, if the Welcome is for a
 * KeyPackage that we gave for this request and the group holds the two users alone.
 * @throws InvalidConsentError, IdentityChangedError, MlsError
 */
export async function receiveAccept(context: Context, transaction: Transaction, accept: Accept): Promise<void> {
  const { environment, records } = context;
  const consent = checkAccept(context, transaction, accept);
  const request = requireRequest(context, transaction, consent, 'answer');
  const bySibling = consent.from.username === records.account.username;
  const keyPackages = await storedKeyPackages(context, request.references, bySibling || request.references.length === 0);
  const stored = keyPackages.map(({ keyPackage }) => keyPackage);
  const { state, reference } = await environment.mls.join(mlsDevice(context), accept.welcome, stored);
  const info = environment.mls.info(state);
  requireTwo(context, transaction, request.peer, info);
  requireAnnounced(context, transaction, info, accept, consent);

  const key = toHex(consent.conversation);
  if (transaction.get(records.conversations, key) !== undefined) throw new InvalidConsentError('its conversation exists already');
  transaction.putGroup(key, state);
  const { conversation: id } = consent;
  openConversation(context, transaction, { id, peer: request.peer, suite: info.suite, state: ConversationState.OPEN });
  if (!bySibling) keepProof(context, transaction, request.peer, accept);
  forgetRequest(context, transaction, request);
  settlePair(context, transaction, request.peer);
  if (keyPackages.some(({ keyPackage, lastResort }) => keyPackage.reference === reference && !lastResort)) {
    transaction.deleteRow('keypackage', reference);
  }
  const isBlocked = transaction.get(records.contacts, request.peer)?.blocked === true;
  if (request.outgoing && !isBlocked) transaction.tell({ event: 'accepted', by: request.peer });
}

/** @throws InvalidConsentError, IdentityChangedError */
export async function receiveRefuse(context: Context, transaction: Transaction, refuse: Refuse): Promise<void> {
  const request = requireRequest(context, transaction, checkRefuse(context, transaction, refuse), 'answer');
  forgetRequest(context, transaction, request);
  if (request.outgoing) transaction.tell({ event: 'refused', by: request.peer });
}

/** @throws InvalidConsentError, IdentityChangedError */
export async function receiveCancel(context: Context, transaction: Transaction, cancel: Cancel): Promise<void> {
  const consent = checkCancel(context, transaction, cancel);
  // One that was answered or replaced here needs no cancelling.
  if (transaction.get(context.records.requests, toHex(consent.requestId)) === undefined) return;
  const request = requireRequest(context, transaction, consent, 'cancel');
  // The server is about to say what becomes of our answer.
  if (!request.outgoing && request.state === RequestState.ANSWERED) return;
  forgetRequest(context, transaction, request);
  const isAwaited = request.state === RequestState.ACCEPTING && !hasAsked(context, transaction, request.peer);
  if (isAwaited)
    tellError(context, transaction, 'unknown_request', `${request.peer} has taken the request back`, { user: request.peer });
}

/** The conversation in which both may write to each other. */
export function standingConversation(context: Context, transaction: Transaction, peer: string): Conversation | undefined {
  const rows = transaction.values(context.records.conversations);
  return rows.find((row) => row.peer === peer && row.state === ConversationState.OPEN);
}

/** The request that a statement is about, if its signer is the one of the two users who may say this. */
function requireRequest(
  context: Context,
  transaction: Transaction,
  { requestId, from, to }: CheckedConsent,
  what: 'answer' | 'cancel',
): Request {
  const { records } = context;
  const request = transaction.get(records.requests, toHex(requestId));
  if (request === undefined) throw new InvalidConsentError('it is about no request that is known');
  const self = records.account.username;
  const [asker, asked] = request.outgoing ? [self, request.peer] : [request.peer, self];
  const [signer, other] = what === 'answer' ? [asked, asker] : [asker, asked];
  if (from.username !== signer || to !== other) throw new InvalidConsentError('it comes from somebody who was not asked');
  return request;
}

/**
 * The group is the one that was announced, and its members of the signer are on that user's list; those of this user on the newest one: a
 * device that was removed comes back by nobody.
 * @throws MlsError
 */
export function requireAnnounced(
  { environment, records }: Context,
  transaction: Transaction,
  info: GroupInfo,
  accept: Pick<Accept, 'epoch' | 'suite'>,
  { from, conversation }: CheckedConsent,
): void {
  if (!equalBytes(info.groupId, conversation)) throw new MlsError('wrong_group', 'the Welcome is for another group');
  if (info.epoch !== accept.epoch || info.suite !== accept.suite)
    throw new MlsError('refused', 'the Welcome is for another epoch');
  const account = records.accountIn(transaction);
  const isOwn = from.username === account.username;
  for (const { username, devices } of isOwn ? [from] : [from, openDeviceList(environment.crypto, account.deviceList)]) {
    const listed = new Set(devices.map((device) => toHex(device.signatureKey)));
    const members = info.members.filter((member) => member.username === username);
    if (!members.every((member) => listed.has(toHex(member.signatureKey)))) {
      throw new MlsError('refused', `a device in the group is not on the list of ${username}`);
    }
  }
}
