import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes } from '../bytes/bytes.ts';
import { toHex } from '../bytes/text.ts';
import { ED25519_KEY_BYTES } from '../crypto/lengths.ts';
import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import {
  DeviceListSchema,
  SignedDeviceCertificateSchema,
  type SignedDeviceList,
  SignedDeviceListSchema,
} from '../gen/parley_pb.ts';
import { MAX_DEVICE_LIST, MAX_DEVICES } from '../limits.ts';
import { decodeExactly, decodeMessage, malformed, requireLength } from '../wire/decode.ts';
import { type DeviceIdentity, openDeviceCertificate } from './device-certificate.ts';
import { SigningDomain, signIn, verifyIn } from './signing.ts';
import { parseUsername } from './usernames.ts';

/** What a device list says, once it and all its certificates were verified. */
export interface OpenedDeviceList {
  readonly username: string;
  /** Ed25519, 32 bytes. */
  readonly identityKey: Uint8Array;
  /** 1 or more; rises with each list of the user. */
  readonly version: bigint;
  /** 1 to MAX_DEVICES, each with its own id and its own keys. */
  readonly devices: readonly DeviceIdentity[];
}

/**
 * Signs the list of the devices that count now (docs/protocol.md, "Identities").
 * @param list `certificates` are encoded SignedDeviceCertificates
 * @returns an encoded SignedDeviceList
 * @throws ParleyError `malformed` for a list that nobody would accept
 */
export function signDeviceList(
  crypto: CryptoProvider,
  identity: KeyPair,
  list: { username: string; version: bigint; certificates: readonly Uint8Array[] },
): Uint8Array {
  const content = create(DeviceListSchema, {
    username: list.username,
    identityKey: identity.publicKey,
    version: list.version,
    certificates: list.certificates.map((certificate) => decodeMessage(SignedDeviceCertificateSchema, certificate)),
  });
  const bytes = toBinary(DeviceListSchema, content);
  const signature = signIn(crypto, SigningDomain.deviceList, identity.secret, bytes);
  const signed = create(SignedDeviceListSchema, { list: bytes, signature });
  openDeviceList(crypto, signed);
  return toBinary(SignedDeviceListSchema, signed);
}

/**
 * Verifies a device list: form, sizes, signature, and every certificate in it. Whether its identity key is the user's and its
 * version not below one seen before is for the caller to know.
 * @throws ParleyError `malformed`
 */
export function openDeviceList(crypto: CryptoProvider, encoded: Uint8Array | SignedDeviceList): OpenedDeviceList {
  const signed = encoded instanceof Uint8Array ? decodeList(encoded) : encoded;
  if (signed.list.length > MAX_DEVICE_LIST) throw malformed('the device list is too large');
  const list = decodeMessage(DeviceListSchema, signed.list);
  parseUsername(list.username);
  requireLength(list.identityKey, ED25519_KEY_BYTES, 'identity key');
  if (list.version < 1n) throw malformed('the device list has no version');
  if (list.certificates.length < 1) throw malformed('the device list is empty');
  if (list.certificates.length > MAX_DEVICES) throw malformed(`the device list has more than ${MAX_DEVICES} devices`);
  verifyIn(crypto, SigningDomain.deviceList, list.identityKey, signed.list, signed.signature);

  const devices = list.certificates.map((certificate) => openDeviceCertificate(crypto, certificate));
  for (const device of devices) {
    if (device.username !== list.username) throw malformed('the device list holds a certificate of another user');
    if (!equalBytes(device.identityKey, list.identityKey)) {
      throw malformed('the device list holds a certificate of another identity key');
    }
  }
  requireUnique(devices, 'deviceId', 'id');
  requireUnique(devices, 'signatureKey', 'signature key');
  requireUnique(devices, 'channelKey', 'channel key');
  return { username: list.username, identityKey: list.identityKey, version: list.version, devices };
}

function decodeList(encoded: Uint8Array): SignedDeviceList {
  if (encoded.length > MAX_DEVICE_LIST) throw malformed('the device list is too large');
  return decodeExactly(SignedDeviceListSchema, encoded);
}

// MLS refuses a group with one signature key twice: such a list could keep its user from being added anywhere.
function requireUnique(
  devices: readonly DeviceIdentity[],
  field: 'deviceId' | 'signatureKey' | 'channelKey',
  what: string,
): void {
  if (new Set(devices.map((device) => toHex(device[field]))).size !== devices.length) {
    throw malformed(`the device list has one ${what} twice`);
  }
}
