import { DecodeError } from '../../bytes/decode-error.ts';
import { contextTag, DerReader, Tag } from './der.ts';
import { type Extension, ExtensionId, findExtension, readCrlNumber, readExtensions } from './extensions.ts';
import { readSerial, readSigned, readWrapped, requireSame } from './signed.ts';

/** An X.509 certificate revocation list as it says, nothing verified (RFC 5280, section 5.1). */
export interface X509Crl {
  /** What the signature covers. */
  readonly tbs: Uint8Array;
  /** DER of a Name. */
  readonly issuer: Uint8Array;
  /** Unix time, milliseconds. */
  readonly thisUpdateMs: number;
  /** `undefined` in a list that does not say how long it holds. */
  readonly nextUpdateMs: number | undefined;
  readonly revoked: readonly RevokedCertificate[];
  /** The CRL number; 0 in a list without one (version 1, or not made by the rules). */
  readonly number: bigint;
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

export interface RevokedCertificate {
  /** Unsigned, shortest form, as in `X509Certificate.serial`. */
  readonly serial: Uint8Array;
  readonly extensions: readonly Extension[];
  /** The entry whole, in DER: to be kept in the next list. */
  readonly der: Uint8Array;
}

/** @throws DecodeError for anything but one CRL in DER */
export function parseCrl(der: Uint8Array): X509Crl {
  const { tbs, signatureAlgorithm, signature } = readSigned(der);
  const reader = new DerReader(tbs).enter();
  if (reader.next === Tag.INTEGER) requireVersion2(reader);
  requireSame(reader.raw(Tag.SEQUENCE), signatureAlgorithm);
  const issuer = reader.raw(Tag.SEQUENCE);
  const thisUpdateMs = reader.time();
  const nextUpdateMs = isTime(reader.next) ? reader.time() : undefined;
  const revoked = reader.next === Tag.SEQUENCE ? [...reader.enter().each(readRevoked)] : [];
  const extensions = reader.next === contextTag(0) ? readWrapped(reader.enter(contextTag(0))) : [];
  reader.end();
  const number = findExtension(extensions, ExtensionId.crlNumber);
  return {
    tbs,
    issuer,
    thisUpdateMs,
    nextUpdateMs,
    revoked,
    number: number === undefined ? 0n : readCrlNumber(number),
    extensions,
    signatureAlgorithm,
    signature,
  };
}

function readRevoked(reader: DerReader): RevokedCertificate {
  const der = reader.raw(Tag.SEQUENCE);
  const entry = new DerReader(der).enter();
  const serial = readSerial(entry);
  entry.time();
  const extensions = entry.next === Tag.SEQUENCE ? readExtensions(entry) : [];
  entry.end();
  return { serial, extensions, der };
}

function requireVersion2(reader: DerReader): void {
  const [version, ...more] = reader.unsigned();
  if (version !== 1 || more.length > 0) throw new DecodeError('a CRL of an unknown version');
}

function isTime(tag: number | undefined): boolean {
  return tag === Tag.UTC_TIME || tag === Tag.GENERALIZED_TIME;
}
