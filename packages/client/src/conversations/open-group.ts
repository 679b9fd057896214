import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CONVERSATION_ID_BYTES, equalBytes, Opcode, openDeviceList, toHex } from '@parley/protocol';
import {
  AcceptSchema,
  type DeviceKeyPackage,
  type DeviceRef,
  DeviceRefSchema,
  RttSchema,
  type SignedDeviceList,
  UserQuerySchema,
} from '@parley/protocol/wire';
import type { Reply } from '../connection/reply.ts';
import { ConversationState, type Request, RequestState } from '../gen/rows_pb.ts';
import { MlsError } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import { siblingIds } from './account.ts';
import { makeAccept } from './consent.ts';
import { IdentityChangedError, InvalidConsentError } from './consent-errors.ts';
import type { Context } from './context.ts';
import { claimKeyPackages, mlsDevice } from './key-packages.ts';
import { openConversation } from './open-conversation.ts';
import { type KnownUser, noteChange, recognise } from './pins.ts';
import { forgetRequest, outboxRow } from './requests.ts';
import { tellError } from './tell.ts';

/**
 * Carries out an acceptance: asks for the newest device list of the user who asked, makes the group with all their listed devices
 * and our own siblings in one commit, and sends the ACCEPT with its Welcome. Nothing is sent in the group before the ACCEPT has
 * its OK.
 */
export async function openGroup(context: Context, requestKey: string): Promise<void> {
  const { records } = context;
  const pending = records.requests.rows.get(requestKey);
  if (pending === undefined || pending.state !== RequestState.ACCEPTING) return;
  const reply = await askForUser(context, pending.peer);
  const siblings = await claimKeyPackages(context, records.account.username, siblingIds(context));
  // The client is ending; the next start goes on here.
  if (reply.kind === 'lost' || siblings === undefined) return;
  const devices = reply.kind === 'ok' && reply.ok.result.case === 'user' ? reply.ok.result.value.devices : undefined;
  await records.transact(async (transaction) => {
    const request = transaction.get(records.requests, requestKey);
    if (request === undefined || request.state !== RequestState.ACCEPTING) return;
    try {
      await transaction.attempt((inner) => make(context, inner, request, devices, siblings));
    } catch (error) {
      giveUp(context, transaction, request, error);
    }
  });
}

function askForUser(context: Context, username: string): Promise<Reply> {
  return context.ask(Opcode.USER, toBinary(UserQuerySchema, create(UserQuerySchema, { username })));
}

async function make(
  context: Context,
  transaction: Transaction,
  request: Request,
  devices: SignedDeviceList | undefined,
  siblings: readonly DeviceKeyPackage[],
): Promise<void> {
  const { environment, records, outbox } = context;
  const { mls, crypto } = environment;
  const asker = recognise(context, transaction, devices);
  if (asker.username !== request.peer) throw new InvalidConsentError('the server gave the devices of somebody else');
  const theirs = await ownedBy(context, asker, fromBinary(RttSchema, request.rtt).keyPackages);
  const ours = openDeviceList(crypto, records.account.deviceList);
  const added = [...theirs, ...(await ownedBy(context, ours, siblings))];
  if (theirs.length === 0) throw new InvalidConsentError('it has no KeyPackage of a device that counts');

  const conversation = crypto.randomBytes(CONVERSATION_ID_BYTES);
  const packages = added.map(({ keyPackage }) => keyPackage);
  const { state, welcome } = await mls.createGroup(mlsDevice(context), conversation, packages, environment.now());
  const { epoch, suite, members } = mls.info(state);
  const refs: DeviceRef[] = members.map(({ username, deviceId }) => create(DeviceRefSchema, { username, deviceId }));
  const body = makeAccept(context, request.peer, request.requestId, { conversation, suite, epoch, members: refs, welcome });
  transaction.putGroup(toHex(conversation), state);
  openConversation(context, transaction, { id: conversation, peer: request.peer, suite, state: ConversationState.OPENING });
  transaction.put(records.requests, { ...request, state: RequestState.ANSWERED });
  const row = outboxRow(Opcode.ACCEPT, request.requestId, request.peer, toBinary(AcceptSchema, body));
  outbox.add(transaction, { ...row, conversation });
}

/**
 * The KeyPackages of listed devices, each once; those of devices that are not on the list any more are left out.
 * @throws InvalidConsentError for one that is not what it is given out for, MlsError for one that does not hold
 */
async function ownedBy(
  context: Context,
  user: KnownUser,
  keyPackages: readonly DeviceKeyPackage[],
): Promise<readonly DeviceKeyPackage[]> {
  const { environment } = context;
  const found = new Map<string, DeviceKeyPackage>();
  for (const candidate of keyPackages) {
    const device = user.devices.find(({ deviceId }) => equalBytes(deviceId, candidate.deviceId));
    if (device === undefined) continue;
    const member = await environment.mls.readKeyPackage(candidate.keyPackage, environment.now());
    const isItsOwn =
      member.username === user.username &&
      equalBytes(member.identityKey, user.identityKey) &&
      equalBytes(member.deviceId, device.deviceId) &&
      equalBytes(member.signatureKey, device.signatureKey);
    const key = toHex(device.deviceId);
    if (!isItsOwn || found.has(key)) throw new InvalidConsentError('it has a KeyPackage that is not of the device it names');
    found.set(key, candidate);
  }
  return [...found.values()];
}

/** The request cannot be accepted. It stays in the tray only where the user can do something about it. */
function giveUp(context: Context, transaction: Transaction, request: Request, error: unknown): void {
  if (error instanceof IdentityChangedError) {
    noteChange(context, transaction, error);
    transaction.put(context.records.requests, { ...request, state: RequestState.PENDING });
  } else if (error instanceof InvalidConsentError || error instanceof MlsError) {
    forgetRequest(context, transaction, request);
    tellError(context, transaction, 'invalid_consent', `the request of ${request.peer} cannot be accepted: ${error.message}`);
  } else {
    throw error;
  }
}
