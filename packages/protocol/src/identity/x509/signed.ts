import { equalBytes } from '../../bytes/bytes.ts';
import { DecodeError } from '../../bytes/decode-error.ts';
import { DerReader, Tag } from './der.ts';
import { type Extension, readExtensions } from './extensions.ts';

const MAX_SERIAL = 20;

/** `SIGNED{…}`: what certificates and CRLs have around them. @throws DecodeError */
export function readSigned(der: Uint8Array): { tbs: Uint8Array; signatureAlgorithm: Uint8Array; signature: Uint8Array } {
  const outer = new DerReader(der);
  const reader = outer.enter();
  outer.end();
  const tbs = reader.raw(Tag.SEQUENCE);
  const signatureAlgorithm = reader.raw(Tag.SEQUENCE);
  const signature = reader.wholeBytes();
  reader.end();
  return { tbs, signatureAlgorithm, signature };
}

/** @throws DecodeError when negative or over 20 bytes */
export function readSerial(reader: DerReader): Uint8Array {
  const serial = reader.unsigned();
  if (serial.length > MAX_SERIAL) throw new DecodeError('the serial number is out of bounds');
  return serial;
}

/** The algorithm stands inside the signed part and outside it; they must agree (RFC 5280, section 4.1.1.2). */
export function requireSame(inner: Uint8Array, outer: Uint8Array): void {
  if (!equalBytes(inner, outer)) throw new DecodeError('the signature algorithm is named differently inside and outside');
}

/** Extensions in their `[n]` wrapper. @throws DecodeError */
export function readWrapped(wrapper: DerReader): Extension[] {
  const extensions = readExtensions(wrapper);
  wrapper.end();
  return extensions;
}
