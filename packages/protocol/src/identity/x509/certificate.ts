import { DecodeError } from '../../bytes/decode-error.ts';
import { contextTag, DerReader, primitiveContextTag, Tag } from './der.ts';
import type { Extension } from './extensions.ts';
import { readSerial, readSigned, readWrapped, requireSame } from './signed.ts';

/** DER of the AlgorithmIdentifiers of RFC 8410: an object identifier and no parameters. */
export const ED25519 = Uint8Array.of(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70); // 1.3.101.112
export const X25519 = Uint8Array.of(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e); // 1.3.101.110

/** An X.509 certificate as it says, nothing verified (RFC 5280, section 4.1). Byte fields are views of the DER it came from. */
export interface X509Certificate {
  /** What the signature covers. */
  readonly tbs: Uint8Array;
  /** Unsigned, shortest form, most significant byte first, at most 20 bytes. */
  readonly serial: Uint8Array;
  /** DER of a Name. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Unix time, milliseconds. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** DER of the SubjectPublicKeyInfo: what a CA pin is the SHA-256 of. */
  readonly publicKeyInfo: Uint8Array;
  /** DER of an AlgorithmIdentifier. */
  readonly publicKeyAlgorithm: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
  /** DER of an AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/** @throws DecodeError for anything but one certificate in DER */
export function parseCertificate(der: Uint8Array): X509Certificate {
  const { tbs, signatureAlgorithm, signature } = readSigned(der);
  const reader = new DerReader(tbs).enter();
  const version = reader.next === contextTag(0) ? readVersion(reader.enter(contextTag(0))) : 1;
  const serial = readSerial(reader);
  requireSame(reader.raw(Tag.SEQUENCE), signatureAlgorithm);
  const issuer = reader.raw(Tag.SEQUENCE);
  const validity = reader.enter();
  const notBeforeMs = validity.time();
  const notAfterMs = validity.time();
  validity.end();
  const subject = reader.raw(Tag.SEQUENCE);
  const publicKeyInfo = reader.raw(Tag.SEQUENCE);
  for (const tag of [primitiveContextTag(1), primitiveContextTag(2)]) if (reader.next === tag) reader.content(tag);
  const extensions = version === 3 && reader.next === contextTag(3) ? readWrapped(reader.enter(contextTag(3))) : [];
  reader.end();

  const keyReader = new DerReader(publicKeyInfo).enter();
  const publicKeyAlgorithm = keyReader.raw(Tag.SEQUENCE);
  const publicKey = keyReader.wholeBytes();
  keyReader.end();
  return {
    tbs,
    serial,
    issuer,
    subject,
    notBeforeMs,
    notAfterMs,
    publicKeyInfo,
    publicKeyAlgorithm,
    publicKey,
    extensions,
    signatureAlgorithm,
    signature,
  };
}

function readVersion(wrapper: DerReader): 2 | 3 {
  const [version, ...more] = wrapper.unsigned();
  wrapper.end();
  if (more.length > 0 || (version !== 1 && version !== 2)) throw new DecodeError('a certificate of an unknown version');
  return version === 1 ? 2 : 3;
}
