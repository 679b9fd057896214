import { DecodeError } from '../../bytes/decode-error.ts';
import { DerReader, primitiveContextTag, Tag } from './der.ts';

/** Object identifiers of the extensions we read (RFC 5280, sections 4.2 and 5.2). */
export const ExtensionId = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Bits of KeyUsage (RFC 5280, section 4.2.1.3). */
export const KeyUsageBit = { keyAgreement: 4, keyCertSign: 5, cRLSign: 6 } as const;

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export interface Extension {
  readonly id: string;
  readonly critical: boolean;
  /** The DER inside extnValue. */
  readonly value: Uint8Array;
}

/** SEQUENCE OF Extension, each at most once. @throws DecodeError */
export function readExtensions(reader: DerReader): Extension[] {
  const extensions = [...reader.enter().each(readExtension)];
  if (new Set(extensions.map(({ id }) => id)).size !== extensions.length) throw new DecodeError('an extension stands twice');
  return extensions;
}

export function findExtension(extensions: readonly Extension[], id: string): Extension | undefined {
  return extensions.find((extension) => extension.id === id);
}

/** Is the subject a CA? @throws DecodeError */
export function readBasicConstraints(extension: Extension): { ca: boolean } {
  const outer = new DerReader(extension.value);
  const reader = outer.enter();
  outer.end();
  const ca = reader.next === Tag.BOOLEAN ? reader.boolean() : false;
  if (reader.next === Tag.INTEGER) reader.unsigned(); // How many CAs may follow: only ever the server's own certificate does.
  reader.end();
  return { ca };
}

/** May the key be used for this? @throws DecodeError */
export function readKeyUsage(extension: Extension, bit: number): boolean {
  const reader = new DerReader(extension.value);
  const [unused, ...bytes] = reader.content(Tag.BIT_STRING);
  reader.end();
  if (unused === undefined || unused > 7) throw new DecodeError('not a key usage');
  return (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
}

/** Purposes, as object identifiers. @throws DecodeError */
export function readExtendedKeyUsage(extension: Extension): string[] {
  const reader = new DerReader(extension.value);
  const purposes = [...reader.enter().each((purpose) => purpose.oid())];
  reader.end();
  return purposes;
}

/** The DNS names and IP addresses of a SubjectAltName; other kinds of names are left out. @throws DecodeError */
export function readSubjectAltName(extension: Extension): { dnsNames: string[]; ipAddresses: Uint8Array[] } {
  const outer = new DerReader(extension.value);
  const reader = outer.enter();
  outer.end();
  const dnsNames: string[] = [];
  const ipAddresses: Uint8Array[] = [];
  for (let tag = reader.next; tag !== undefined; tag = reader.next) {
    const content = reader.content(tag);
    if (tag === primitiveContextTag(2)) dnsNames.push(String.fromCharCode(...content));
    if (tag === primitiveContextTag(7)) ipAddresses.push(content);
  }
  return { dnsNames, ipAddresses };
}

/** The number of a CRL (RFC 5280, section 5.2.3): at most 20 bytes. @throws DecodeError */
export function readCrlNumber(extension: Extension): bigint {
  const reader = new DerReader(extension.value);
  const bytes = reader.unsigned();
  reader.end();
  if (bytes.length > 20) throw new DecodeError('the number of the CRL is out of bounds');
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function readExtension(reader: DerReader): Extension {
  const extension = reader.enter();
  const id = extension.oid();
  const critical = extension.next === Tag.BOOLEAN ? extension.boolean() : false;
  const value = extension.content(Tag.OCTET_STRING);
  extension.end();
  return { id, critical, value };
}
