import { create, fromBinary } from '@bufbuild/protobuf';
import {
  type CryptoProvider,
  equalBytes,
  generateIdentity,
  type Invite,
  type KeyPair,
  makeDevice,
  openDeviceList,
  signDeviceList,
} from '@parley/protocol';
import { RecoverySchema, type Registration, RegistrationSchema, SignedDeviceListSchema } from '@parley/protocol/wire';
import type { Credentials } from '../connection/login.ts';
import { type Account, AccountSchema } from '../gen/rows_pb.ts';
import type { Records } from '../records/records.ts';
import type { Context } from './context.ts';

/** What the next login needs. */
export function credentialsOf(records: Records): Credentials {
  const { position, crlNumber } = records.progress();
  return accountCredentials(records.account, position, crlNumber);
}

/** @param crlNumber the highest seen, in decimal; '' = none yet */
export function accountCredentials(account: Account, position: bigint, crlNumber: string): Credentials {
  const { username, deviceId, channelSecret, channelKey, caPin } = account;
  return {
    username,
    deviceId,
    channelKey: { secret: channelSecret, publicKey: channelKey },
    position,
    registration: registrationOf(account),
    caPin,
    lowestCrlNumber: crlNumber === '' ? 0n : BigInt(crlNumber),
  };
}

/** Whether the server has not been heard to know this device. */
export function isUnregistered({ inviteToken, recovering }: Account): boolean {
  return recovering || inviteToken.length > 0;
}

export function registered(account: Account): Account {
  return { ...account, inviteToken: new Uint8Array(0), recovering: false };
}

/** Until a 1.3 has come the server may not know this device: a lost one must not end in `username_taken`. */
function registrationOf(account: Account): Registration | undefined {
  const { inviteToken, recovering, deviceList } = account;
  if (!isUnregistered(account)) return undefined;
  return create(RegistrationSchema, {
    proof: recovering ? { case: 'recovery', value: create(RecoverySchema) } : { case: 'inviteToken', value: inviteToken },
    deviceList: fromBinary(SignedDeviceListSchema, deviceList),
  });
}

/**
 * A new user: identity, first device and the list with that one device. Nobody knows of it yet. With the identity of a user who is
 * there already it is that user's only device from then on; the list's `version` has to be above all earlier ones then.
 */
export function makeAccount(
  crypto: CryptoProvider,
  invite: Invite,
  options: { username: string; deviceName: string; nowMs: number; recovered?: { identity: KeyPair; version: bigint } },
): Account {
  const { username, deviceName, nowMs, recovered } = options;
  const identity = recovered?.identity ?? generateIdentity(crypto);
  const version = recovered?.version ?? 1n;
  const { certificate, deviceId, signature, channel } = makeDevice(crypto, { username, identity, deviceName, nowMs });
  const { host, port, tls, caPin, token } = invite;
  return create(AccountSchema, {
    username,
    host,
    port,
    tls,
    caPin,
    identitySeed: identity.secret,
    identityKey: identity.publicKey,
    deviceId,
    certificate,
    signatureSecret: signature.secret,
    signatureKey: signature.publicKey,
    channelSecret: channel.secret,
    channelKey: channel.publicKey,
    deviceList: signDeviceList(crypto, identity, { username, version, certificates: [certificate] }),
    ...(recovered === undefined ? { inviteToken: token } : { recovering: true }),
  });
}

/** The other devices of this user. */
export function siblingIds({ environment, records }: Context): Uint8Array[] {
  const { deviceId, deviceList } = records.account;
  const { devices } = openDeviceList(environment.crypto, deviceList);
  return devices.map((device) => device.deviceId).filter((id) => !equalBytes(id, deviceId));
}
