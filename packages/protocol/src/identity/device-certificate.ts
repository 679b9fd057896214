import { create, toBinary } from '@bufbuild/protobuf';
import { utf8 } from '../bytes/bytes.ts';
import { ED25519_KEY_BYTES, X25519_KEY_BYTES } from '../crypto/lengths.ts';
import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import { DeviceCertificateSchema, type SignedDeviceCertificate, SignedDeviceCertificateSchema } from '../gen/parley_pb.ts';
import { DEVICE_ID_BYTES, DEVICE_NAME_MAX_BYTES, MAX_DEVICE_CERTIFICATE } from '../limits.ts';
import { decodeExactly, decodeMessage, malformed, requireLength } from '../wire/decode.ts';
import { SigningDomain, signIn, verifyIn } from './signing.ts';
import { parseUsername } from './usernames.ts';

// Would move the cursor, start an escape sequence or turn the direction of the text around it.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** What a device certificate says, once it was verified. */
export interface DeviceIdentity {
  readonly username: string;
  /** Ed25519, 32 bytes. */
  readonly identityKey: Uint8Array;
  /** 8 bytes. */
  readonly deviceId: Uint8Array;
  readonly deviceName: string;
  /** Ed25519, 32 bytes: MLS leaf and consent. */
  readonly signatureKey: Uint8Array;
  /** X25519, 32 bytes: `s` of the login handshake. */
  readonly channelKey: Uint8Array;
  /** Unix time, milliseconds. */
  readonly createdMs: number;
}

/** A new device: its keys, and its certificate as an encoded SignedDeviceCertificate. */
export interface DeviceSecrets {
  readonly certificate: Uint8Array;
  readonly deviceId: Uint8Array;
  readonly signature: KeyPair;
  readonly channel: KeyPair;
}

/**
 * Makes the keys of a device and the certificate that binds them to a user (docs/protocol.md, "Identities").
 * @throws ParleyError `malformed` for a username or device name that nobody would accept
 */
export function makeDevice(
  crypto: CryptoProvider,
  init: { username: string; identity: KeyPair; deviceName: string; nowMs: number; deviceId?: Uint8Array },
): DeviceSecrets {
  const signature = crypto.ed25519.generate();
  const channel = crypto.x25519.generate();
  const deviceId = init.deviceId ?? crypto.randomBytes(DEVICE_ID_BYTES);
  const certificate = signDeviceCertificate(crypto, init.identity.secret, {
    username: init.username,
    identityKey: init.identity.publicKey,
    deviceId,
    deviceName: init.deviceName,
    signatureKey: signature.publicKey,
    channelKey: channel.publicKey,
    createdMs: init.nowMs,
  });
  return { certificate, deviceId, signature, channel };
}

/**
 * Signs a certificate for keys that exist already, e.g. those of a device that asks to be linked.
 * @returns an encoded SignedDeviceCertificate
 * @throws ParleyError `malformed` for values that nobody would accept
 */
export function signDeviceCertificate(crypto: CryptoProvider, identitySeed: Uint8Array, device: DeviceIdentity): Uint8Array {
  checkDevice(device);
  const certificate = toBinary(
    DeviceCertificateSchema,
    create(DeviceCertificateSchema, { ...device, createdMs: BigInt(device.createdMs) }),
  );
  const signature = signIn(crypto, SigningDomain.deviceCertificate, identitySeed, certificate);
  return toBinary(SignedDeviceCertificateSchema, create(SignedDeviceCertificateSchema, { certificate, signature }));
}

/**
 * Verifies a device certificate: its form, its sizes and the identity key's signature. Whether that identity key is the
 * user's is for the caller to know.
 * @throws ParleyError `malformed`
 */
export function openDeviceCertificate(crypto: CryptoProvider, encoded: Uint8Array | SignedDeviceCertificate): DeviceIdentity {
  const signed = encoded instanceof Uint8Array ? decodeCertificate(encoded) : encoded;
  if (signed.certificate.length > MAX_DEVICE_CERTIFICATE) throw malformed('the device certificate is too large');
  const { $typeName, $unknown, createdMs, ...rest } = decodeMessage(DeviceCertificateSchema, signed.certificate);
  const device = { ...rest, createdMs: Number(createdMs) };
  checkDevice(device);
  verifyIn(crypto, SigningDomain.deviceCertificate, device.identityKey, signed.certificate, signed.signature);
  return device;
}

function decodeCertificate(encoded: Uint8Array): SignedDeviceCertificate {
  if (encoded.length > MAX_DEVICE_CERTIFICATE) throw malformed('the device certificate is too large');
  return decodeExactly(SignedDeviceCertificateSchema, encoded);
}

function checkDevice(device: DeviceIdentity): void {
  parseUsername(device.username);
  requireLength(device.identityKey, ED25519_KEY_BYTES, 'identity key');
  requireLength(device.deviceId, DEVICE_ID_BYTES, 'device id');
  requireLength(device.signatureKey, ED25519_KEY_BYTES, 'signature key');
  requireLength(device.channelKey, X25519_KEY_BYTES, 'channel key');
  if (utf8(device.deviceName).length > DEVICE_NAME_MAX_BYTES) throw malformed('the device name is too long');
  if (UNPRINTABLE.test(device.deviceName)) throw malformed('the device name holds control characters');
  if (!Number.isSafeInteger(device.createdMs) || device.createdMs < 0) throw malformed('the device has no date of creation');
}
