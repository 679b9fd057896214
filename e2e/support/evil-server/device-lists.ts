import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { concat, utf8 } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import {
  DeviceListSchema,
  SignedDeviceCertificateSchema,
  type SignedDeviceList,
  SignedDeviceListSchema,
} from '@parley/protocol/wire';
import type { Account } from '../../../packages/server/test/support/account.ts';

/** docs/protocol.md, section 2. */
const PURPOSE = utf8('parley device list v1\0');

/** The same devices under another version, which the user has not signed: all lists to come would be older than a high one. */
export function withVersion(honest: SignedDeviceList, version: bigint): SignedDeviceList {
  const list = toBinary(DeviceListSchema, { ...fromBinary(DeviceListSchema, honest.list), version });
  return create(SignedDeviceListSchema, { list, signature: honest.signature });
}

/** A user's device list of a higher version, with the device of somebody else on it; signed as `signature` says. */
export function withGhost(
  honest: SignedDeviceList,
  ghost: Account,
  signature: 'of the ghost' | 'of the list before' | 'of nobody',
): SignedDeviceList {
  const before = fromBinary(DeviceListSchema, honest.list);
  const certificates = [...before.certificates, fromBinary(SignedDeviceCertificateSchema, ghost.device().certificate)];
  const list = toBinary(DeviceListSchema, { ...before, version: before.version + 1n, certificates });
  const signatures = {
    'of the ghost': () => nodeCrypto.ed25519.sign(ghost.identity.secret, concat(PURPOSE, list)),
    'of the list before': () => honest.signature,
    'of nobody': () => new Uint8Array(64),
  };
  return create(SignedDeviceListSchema, { list, signature: signatures[signature]() });
}
