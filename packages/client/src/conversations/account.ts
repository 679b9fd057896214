import { create, fromBinary } from '@bufbuild/protobuf';
import {
  type CryptoProvider,
  equalBytes,
  generateIdentity,
  type Invite,
  makeDevice,
  openDeviceList,
  signDeviceList,
} from '@parley/protocol';
import { type Registration, RegistrationSchema, SignedDeviceListSchema } from '@parley/protocol/wire';
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

/** Until a 1.3 has come the server may not know this device: a lost one must not end in `username_taken`. */
function registrationOf({ inviteToken, deviceList }: Account): Registration | undefined {
  if (inviteToken.length === 0) return undefined;
  return create(RegistrationSchema, {
    proof: { case: 'inviteToken', value: inviteToken },
    deviceList: fromBinary(SignedDeviceListSchema, deviceList),
  });
}

/** A new user: identity, first device and the list with that one device. Nobody knows of it yet. */
export function makeAccount(
  crypto: CryptoProvider,
  invite: Invite,
  { username, deviceName, nowMs }: { username: string; deviceName: string; nowMs: number },
): Account {
  const identity = generateIdentity(crypto);
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
    deviceList: signDeviceList(crypto, identity, { username, version: 1n, certificates: [certificate] }),
    inviteToken: token,
  });
}

/** The other devices of this user. */
export function siblingIds({ environment, records }: Context): Uint8Array[] {
  const { deviceId, deviceList } = records.account;
  const { devices } = openDeviceList(environment.crypto, deviceList);
  return devices.map((device) => device.deviceId).filter((id) => !equalBytes(id, deviceId));
}
