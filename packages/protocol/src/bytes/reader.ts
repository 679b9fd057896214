import { DecodeError } from './decode-error.ts';

/**
 * A cursor over bytes from outside. Integers are big-endian. Each call checks the length before it touches the bytes, and
 * moves on only if it succeeds. Whoever decodes ends with `end()`, so that nothing trails.
 *
 * All methods throw `DecodeError` when fewer bytes remain than they need.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    return this.#unsigned(1);
  }

  u16(): number {
    return this.#unsigned(2);
  }

  u24(): number {
    return this.#unsigned(3);
  }

  u32(): number {
    return this.#unsigned(4);
  }

  u64(): bigint {
    this.#need(8);
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** The next `length` bytes, as a view of the input. */
  take(length: number): Uint8Array {
    this.#need(length);
    const start = this.#offset;
    this.#offset = start + length;
    return this.#bytes.subarray(start, this.#offset);
  }

  /** Everything that remains, as a view of the input. */
  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  /** @throws DecodeError when bytes remain */
  end(): void {
    if (this.remaining !== 0) throw new DecodeError(`${this.remaining} bytes too many`);
  }

  #unsigned(size: 1 | 2 | 3 | 4): number {
    this.#need(size);
    let value = 0;
    // Multiplying keeps the result a non-negative number; a shift would make the top bit of a u32 a sign.
    for (let i = 0; i < size; i++) value = value * 256 + (this.#bytes[this.#offset + i] as number);
    this.#offset += size;
    return value;
  }

  #need(length: number): void {
    if (!Number.isSafeInteger(length) || length < 0) throw new RangeError('not a length');
    if (length > this.remaining) throw new DecodeError(`${length - this.remaining} bytes too few`);
  }
}
