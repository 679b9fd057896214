import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { equalBytes } from '../bytes/bytes.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { SHA256_BYTES } from '../crypto/lengths.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import {
  ConsentKind,
  type ConsentStatement,
  ConsentStatementSchema,
  type DeviceKeyPackage,
  type SignedConsent,
  SignedConsentSchema,
} from '../gen/parley_pb.ts';
import { CONVERSATION_ID_BYTES, DEVICE_ID_BYTES, MAX_CONSENT_STATEMENT, REQUEST_ID_BYTES } from '../limits.ts';
import { decodeExactly, decodeMessage, malformed, requireLength } from '../wire/decode.ts';
import type { OpenedDeviceList } from './device-list.ts';
import { SigningDomain, signIn, verifyIn } from './signing.ts';
import { parseUsername } from './usernames.ts';

/**
 * Signs what a device says about a request to talk (docs/protocol.md, "Consent").
 * @param signatureSeed the device's Ed25519 seed, 32 bytes
 * @throws ParleyError `malformed` for a statement that nobody would accept
 */
export function signConsent(
  crypto: CryptoProvider,
  signatureSeed: Uint8Array,
  init: MessageInitShape<typeof ConsentStatementSchema>,
): SignedConsent {
  const message = create(ConsentStatementSchema, init);
  checkStatement(message);
  const statement = toBinary(ConsentStatementSchema, message);
  const signature = signIn(crypto, SigningDomain.consent, signatureSeed, statement);
  return create(SignedConsentSchema, { statement, signature });
}

/**
 * Verifies a statement: form, sizes, and the signature of the device it names, which must be on the list.
 * The caller compares `attachmentSha256` with what came along, and knows whether the list is the newest.
 * @throws ParleyError `malformed`
 */
export function openConsent(
  crypto: CryptoProvider,
  signed: SignedConsent | Uint8Array,
  list: Pick<OpenedDeviceList, 'username' | 'devices'>,
): ConsentStatement {
  const { statement: bytes, signature } = signed instanceof Uint8Array ? decodeConsent(signed) : signed;
  const statement = readConsent(bytes);
  if (statement.from !== list.username) throw malformed('the statement is of another user than the device list');
  const device = list.devices.find(({ deviceId }) => equalBytes(deviceId, statement.deviceId));
  if (device === undefined) throw malformed('the statement names a device that is not on the list');
  verifyIn(crypto, SigningDomain.consent, device.signatureKey, bytes, signature);
  return statement;
}

/**
 * What a statement says, its form and sizes checked, its signature not: enough to learn whose device list to fetch.
 * @throws ParleyError `malformed`
 */
export function readConsent(bytes: Uint8Array): ConsentStatement {
  if (bytes.length > MAX_CONSENT_STATEMENT) throw malformed('the statement is too large');
  const statement = decodeMessage(ConsentStatementSchema, bytes);
  checkStatement(statement);
  return statement;
}

/** SHA-256 over the KeyPackages in order, each with a u32 length before it: `attachment_sha256` of an RTT. */
export function hashKeyPackages(
  crypto: CryptoProvider,
  keyPackages: readonly Pick<DeviceKeyPackage, 'keyPackage'>[],
): Uint8Array {
  const writer = new ByteWriter(keyPackages.reduce((size, { keyPackage }) => size + 4 + keyPackage.length, 0));
  for (const { keyPackage } of keyPackages) writer.u32(keyPackage.length).bytes(keyPackage);
  return crypto.sha256(writer.finish());
}

/** SHA-256 over the Welcome: `attachment_sha256` of an ACCEPT or REPLACE. */
export function hashWelcome(crypto: CryptoProvider, welcome: Uint8Array): Uint8Array {
  return crypto.sha256(welcome);
}

function decodeConsent(encoded: Uint8Array): SignedConsent {
  if (encoded.length > MAX_CONSENT_STATEMENT + 128) throw malformed('the statement is too large');
  return decodeExactly(SignedConsentSchema, encoded);
}

function checkStatement(statement: ConsentStatement): void {
  requireLength(statement.requestId, REQUEST_ID_BYTES, 'request id');
  requireLength(statement.deviceId, DEVICE_ID_BYTES, 'device id');
  parseUsername(statement.from);
  parseUsername(statement.to);
  if (statement.from === statement.to) throw malformed('a request is between two users');
  const { conversation, attachmentSha256 } = statement;
  switch (statement.kind) {
    case ConsentKind.RTT:
      if (conversation.length !== 0) requireLength(conversation, CONVERSATION_ID_BYTES, 'conversation');
      requireLength(attachmentSha256, SHA256_BYTES, 'attachment hash');
      break;
    case ConsentKind.ACCEPT:
    case ConsentKind.REPLACE:
      requireLength(conversation, CONVERSATION_ID_BYTES, 'conversation');
      requireLength(attachmentSha256, SHA256_BYTES, 'attachment hash');
      break;
    case ConsentKind.REFUSE:
    case ConsentKind.CANCEL:
      requireLength(conversation, 0, 'conversation');
      requireLength(attachmentSha256, 0, 'attachment hash');
      break;
    default:
      throw malformed('the statement is of no known kind');
  }
}
