import { concat, utf8 } from '@parley/protocol';
import { DerTag } from '@parley/protocol/x509';

const SET = 0x31;
const UTF8_STRING = 0x0c;
const COMMON_NAME = '2.5.4.3';

export const DER_TRUE = der(DerTag.BOOLEAN, Uint8Array.of(0xff));

/** One DER element (X.690, section 10.1): tag, shortest definite length, content. */
export function der(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const content = concat(...contents);
  const length = content.length;
  if (length > 0xffff) throw new RangeError('a DER element of over 65,535 bytes');
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat(Uint8Array.of(tag, ...header), content);
}

export function sequence(...contents: Uint8Array[]): Uint8Array {
  return der(DerTag.SEQUENCE, ...contents);
}

/** A non-negative INTEGER; bytes are most significant first. */
export function unsigned(value: bigint | Uint8Array): Uint8Array {
  const hex =
    typeof value === 'bigint'
      ? value.toString(16)
      : Buffer.from(value)
          .toString('hex')
          .replace(/^0+(?=.)/, '');
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  const sign = (bytes[0] ?? 0x80) >= 0x80 ? Uint8Array.of(0) : new Uint8Array();
  return der(DerTag.INTEGER, sign, bytes);
}

export function oid(dotted: string): Uint8Array {
  const [root = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [root * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(DerTag.OID, Uint8Array.from(bytes));
}

/** @param unused bits at the end of the last byte that do not count */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  return der(DerTag.BIT_STRING, Uint8Array.of(unused), bytes);
}

export function octetString(...contents: Uint8Array[]): Uint8Array {
  return der(DerTag.OCTET_STRING, ...contents);
}

/** UTCTime up to 2049, GeneralizedTime after it (RFC 5280, section 4.1.2.5). Whole seconds. */
export function time(unixMs: number): Uint8Array {
  const text = `${new Date(unixMs).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return text < '2050' ? der(DerTag.UTC_TIME, utf8(text.slice(2))) : der(DerTag.GENERALIZED_TIME, utf8(text));
}

/** A Name with nothing but a common name, at most 64 characters. */
export function commonName(text: string): Uint8Array {
  return sequence(der(SET, sequence(oid(COMMON_NAME), der(UTF8_STRING, utf8(text.slice(0, 64))))));
}
