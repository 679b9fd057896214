import {
  CA_LIFETIME_MS,
  CRL_LIFETIME_MS,
  type CryptoProvider,
  ipAddressBytes,
  type KeyPair,
  SERVER_CERTIFICATE_LIFETIME_MS,
  toHex,
  utf8,
} from '@parley/protocol';
import {
  contextTag,
  ED25519,
  ExtensionId,
  KeyUsageBit,
  primitiveContextTag,
  SERVER_AUTH,
  type X509Certificate,
  X25519,
} from '@parley/protocol/x509';
import { bitString, commonName, DER_TRUE, der, octetString, oid, sequence, time, unsigned } from './der.ts';

const VERSION_2 = unsigned(1n);
const VERSION_3 = der(contextTag(0), unsigned(2n));
const SERIAL_BYTES = 16;

/** A self-signed CA certificate for an Ed25519 key, DER. One for the same key has the same subject, and the same pin. */
export function issueCa(crypto: CryptoProvider, caKey: KeyPair, nowMs: number): Uint8Array {
  const name = commonName(`Parley CA ${toHex(keyIdentifier(crypto, caKey.publicKey)).slice(0, 8)}`);
  return sign(
    crypto,
    caKey,
    VERSION_3,
    unsigned(randomSerial(crypto)),
    ED25519,
    name,
    sequence(time(nowMs), time(nowMs + CA_LIFETIME_MS)),
    name,
    sequence(ED25519, bitString(caKey.publicKey)),
    extensions(
      extension(ExtensionId.basicConstraints, true, sequence(DER_TRUE, unsigned(0n))),
      extension(ExtensionId.keyUsage, true, keyUsage(KeyUsageBit.keyCertSign, KeyUsageBit.cRLSign)),
      extension(ExtensionId.subjectKeyIdentifier, false, octetString(keyIdentifier(crypto, caKey.publicKey))),
    ),
  );
}

/** A certificate of the CA for the server's X25519 channel key and names (RFC 8410), DER. */
export function issueServerCertificate(
  crypto: CryptoProvider,
  ca: { key: KeyPair; certificate: X509Certificate },
  subject: { channelKey: Uint8Array; names: readonly string[] },
  nowMs: number,
): Uint8Array {
  const notAfterMs = Math.min(nowMs + SERVER_CERTIFICATE_LIFETIME_MS, ca.certificate.notAfterMs);
  return sign(
    crypto,
    ca.key,
    VERSION_3,
    unsigned(randomSerial(crypto)),
    ED25519,
    ca.certificate.subject,
    sequence(time(nowMs), time(notAfterMs)),
    commonName(subject.names[0] ?? 'Parley server'),
    sequence(X25519, bitString(subject.channelKey)),
    extensions(
      extension(ExtensionId.basicConstraints, true, sequence()),
      extension(ExtensionId.keyUsage, true, keyUsage(KeyUsageBit.keyAgreement)),
      extension(ExtensionId.extendedKeyUsage, false, sequence(oid(SERVER_AUTH))),
      extension(ExtensionId.subjectAltName, false, sequence(...subject.names.map(generalName))),
      extension(ExtensionId.subjectKeyIdentifier, false, octetString(keyIdentifier(crypto, subject.channelKey))),
      authorityKeyIdentifier(crypto, ca.key),
    ),
  );
}

/**
 * A version 2 CRL of the CA, DER.
 * @param content `revoked` are whole entries, as `revokedEntry` makes them or as another CRL had them
 */
export function issueCrl(
  crypto: CryptoProvider,
  ca: { key: KeyPair; certificate: X509Certificate },
  content: { number: bigint; revoked: readonly Uint8Array[] },
  nowMs: number,
): Uint8Array {
  return sign(
    crypto,
    ca.key,
    VERSION_2,
    ED25519,
    ca.certificate.subject,
    time(nowMs),
    time(nowMs + CRL_LIFETIME_MS),
    // An empty list must be absent (RFC 5280, section 5.1.2.6).
    content.revoked.length === 0 ? new Uint8Array() : sequence(...content.revoked),
    der(
      contextTag(0),
      sequence(authorityKeyIdentifier(crypto, ca.key), extension(ExtensionId.crlNumber, false, unsigned(content.number))),
    ),
  );
}

/** An entry of a CRL, DER. */
export function revokedEntry(serial: Uint8Array, nowMs: number): Uint8Array {
  return sequence(unsigned(serial), time(nowMs));
}

function sign(crypto: CryptoProvider, caKey: KeyPair, ...fields: Uint8Array[]): Uint8Array {
  const tbs = sequence(...fields);
  return sequence(tbs, ED25519, bitString(crypto.ed25519.sign(caKey.secret, tbs)));
}

function extensions(...list: Uint8Array[]): Uint8Array {
  return der(contextTag(3), sequence(...list));
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  // A FALSE is the default, and DER leaves defaults out.
  return sequence(oid(id), critical ? DER_TRUE : new Uint8Array(), octetString(value));
}

function authorityKeyIdentifier(crypto: CryptoProvider, caKey: KeyPair): Uint8Array {
  const identifier = der(primitiveContextTag(0), keyIdentifier(crypto, caKey.publicKey));
  return extension(ExtensionId.authorityKeyIdentifier, false, sequence(identifier));
}

/** RFC 7093, section 2, method 1: the leftmost 20 bytes of the SHA-256 of the key. */
function keyIdentifier(crypto: CryptoProvider, publicKey: Uint8Array): Uint8Array {
  return crypto.sha256(publicKey).subarray(0, 20);
}

function keyUsage(...bits: number[]): Uint8Array {
  const byte = bits.reduce((flags, bit) => flags | (0x80 >> bit), 0);
  return bitString(Uint8Array.of(byte), 7 - Math.max(...bits));
}

function generalName(name: string): Uint8Array {
  const address = ipAddressBytes(name);
  return address === undefined ? der(primitiveContextTag(2), utf8(name)) : der(primitiveContextTag(7), address);
}

// Never zero and never negative, and always of one length.
function randomSerial(crypto: CryptoProvider): Uint8Array {
  const serial = crypto.randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}
