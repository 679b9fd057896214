import { DecodeError } from '../../bytes/decode-error.ts';
import { ByteReader } from '../../bytes/reader.ts';

/** Identifier octets of the types that certificates and CRLs are made of (X.690, section 8.1.2). */
export const Tag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OID: 0x06,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
} as const;

/** `[n]`, constructed: EXPLICIT, or IMPLICIT around a constructed type. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}

/** `[n]` IMPLICIT around a primitive type. */
export function primitiveContextTag(number: number): number {
  return 0x80 | number;
}

/**
 * A cursor over DER (X.690): definite lengths in their shortest form, nothing left over. Every method throws `DecodeError`
 * when the next element is not what it asks for. Results are views of the input.
 */
export class DerReader {
  readonly #reader: ByteReader;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#reader = new ByteReader(bytes);
  }

  /** The tag of the next element; `undefined` at the end. */
  get next(): number | undefined {
    return this.#bytes[this.#bytes.length - this.#reader.remaining];
  }

  /** The next element whole, with its tag and length: what a signature covers. */
  raw(tag: number): Uint8Array {
    const start = this.#bytes.length - this.#reader.remaining;
    this.content(tag);
    return this.#bytes.subarray(start, this.#bytes.length - this.#reader.remaining);
  }

  /** The content of the next element, without tag and length. */
  content(tag: number): Uint8Array {
    if (this.#reader.u8() !== tag) throw new DecodeError('DER: another type was expected');
    return this.#reader.take(this.#length());
  }

  /** A reader of the content of the next element. */
  enter(tag: number = Tag.SEQUENCE): DerReader {
    return new DerReader(this.content(tag));
  }

  /** Reads each element that remains with `read`. */
  *each<T>(read: (reader: DerReader) => T): Generator<T> {
    while (this.next !== undefined) yield read(this);
  }

  /** @throws DecodeError when elements remain */
  end(): void {
    this.#reader.end();
  }

  /** A non-negative INTEGER: its shortest bytes, most significant first, without the zero that only carries the sign. */
  unsigned(): Uint8Array {
    const bytes = this.content(Tag.INTEGER);
    const [first, second] = bytes;
    if (first === undefined || first >= 0x80) throw new DecodeError('DER: not an unsigned integer');
    if (first !== 0 || second === undefined) return bytes;
    if (second < 0x80) throw new DecodeError('DER: not the shortest integer');
    return bytes.subarray(1);
  }

  boolean(): boolean {
    const [value, ...more] = this.content(Tag.BOOLEAN);
    if (more.length > 0 || (value !== 0x00 && value !== 0xff)) throw new DecodeError('DER: not a boolean');
    return value === 0xff;
  }

  /** A BIT STRING of whole bytes, as keys and signatures are. */
  wholeBytes(): Uint8Array {
    const content = this.content(Tag.BIT_STRING);
    if (content[0] !== 0) throw new DecodeError('DER: not a bit string of whole bytes');
    return content.subarray(1);
  }

  /** An OBJECT IDENTIFIER in dotted form. */
  oid(): string {
    const content = this.content(Tag.OID);
    const arcs: number[] = [];
    let arc = 0;
    for (const [index, byte] of content.entries()) {
      if (arc === 0 && byte === 0x80) throw new DecodeError('DER: not the shortest object identifier');
      arc = arc * 128 + (byte & 0x7f);
      if (arc > 0xffff_ffff) throw new DecodeError('DER: an object identifier out of bounds');
      if (byte >= 0x80) {
        if (index === content.length - 1) throw new DecodeError('DER: an object identifier is cut off');
        continue;
      }
      arcs.push(arc);
      arc = 0;
    }
    const [first, ...rest] = arcs;
    if (first === undefined) throw new DecodeError('DER: an empty object identifier');
    const root = Math.min(Math.floor(first / 40), 2);
    return [root, first - 40 * root, ...rest].join('.');
  }

  /** UTCTime or GeneralizedTime in the one form RFC 5280, section 4.1.2.5 allows, as Unix time in milliseconds. */
  time(): number {
    const short = this.next === Tag.UTC_TIME;
    const content = this.content(short ? Tag.UTC_TIME : Tag.GENERALIZED_TIME);
    if (content.length !== (short ? 13 : 15)) throw new DecodeError('DER: not a time');
    const [, year, month, day, hour, minute, second] =
      /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(String.fromCharCode(...content)) ?? [];
    const century = short ? (Number(year) < 50 ? '20' : '19') : '';
    const milliseconds = Date.parse(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    // The 30th of February becomes a day in March, or no date at all.
    if (Number.isNaN(milliseconds) || new Date(milliseconds).getUTCDate() !== Number(day)) {
      throw new DecodeError('DER: not a time');
    }
    return milliseconds;
  }

  #length(): number {
    const first = this.#reader.u8();
    if (first < 0x80) return first;
    const length = first === 0x81 ? this.#reader.u8() : first === 0x82 ? this.#reader.u16() : this.#tooLong();
    if (length < (first === 0x81 ? 0x80 : 0x100)) throw new DecodeError('DER: not the shortest length');
    return length;
  }

  // Nothing in a bundle of 32 KB needs three bytes of length; 0x80 would be the indefinite form of BER.
  #tooLong(): never {
    throw new DecodeError('DER: a length out of bounds');
  }
}
