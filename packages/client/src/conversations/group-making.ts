import { create, toBinary } from '@bufbuild/protobuf';
import { CONVERSATION_ID_BYTES, equalBytes, Opcode, openDeviceList, toHex } from '@parley/protocol';
import { type DeviceKeyPackage, type DeviceRef, DeviceRefSchema, UserQuerySchema } from '@parley/protocol/wire';
import type { Reply } from '../connection/reply.ts';
import type { GroupState } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import type { NewGroup } from './consent.ts';
import { InvalidConsentError } from './consent-errors.ts';
import type { Context } from './context.ts';
import { mlsDevice } from './key-packages.ts';
import type { KnownUser } from './pins.ts';

export function askForUser(context: Context, username: string): Promise<Reply> {
  return context.ask(Opcode.USER, toBinary(UserQuerySchema, create(UserQuerySchema, { username })));
}

/**
 * A group of all listed devices of the other user of whom there are KeyPackages, and of our own siblings, added in one commit.
 * @throws InvalidConsentError, MlsError
 */
export async function makeGroup(
  context: Context,
  transaction: Transaction,
  other: KnownUser,
  keyPackages: readonly DeviceKeyPackage[],
  siblings: readonly DeviceKeyPackage[],
): Promise<NewGroup & { readonly state: GroupState }> {
  const { environment, records } = context;
  const { mls, crypto } = environment;
  const theirs = await ownedBy(context, other, keyPackages);
  const ours = openDeviceList(crypto, records.accountIn(transaction).deviceList);
  const added = [...theirs, ...(await ownedBy(context, ours, siblings))];
  if (theirs.length === 0) throw new InvalidConsentError('it has no KeyPackage of a device that counts');

  const conversation = crypto.randomBytes(CONVERSATION_ID_BYTES);
  const packages = added.map(({ keyPackage }) => keyPackage);
  const { state, welcome } = await mls.createGroup(mlsDevice(context), conversation, packages, environment.now());
  const { epoch, suite, members } = mls.info(state);
  const refs: DeviceRef[] = members.map(({ username, deviceId }) => create(DeviceRefSchema, { username, deviceId }));
  return { conversation, suite, epoch, members: refs, welcome, state };
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
