/** Appends to a buffer that grows. Integers are big-endian; a value that does not fit its size throws `RangeError`. */
export class ByteWriter {
  #buffer: Uint8Array;
  #length = 0;

  /** @param capacity bytes reserved at the start; the exact size saves the copies of growing */
  constructor(capacity = 64) {
    this.#buffer = new Uint8Array(capacity);
  }

  u8(value: number): this {
    return this.#unsigned(value, 1);
  }

  u16(value: number): this {
    return this.#unsigned(value, 2);
  }

  u24(value: number): this {
    return this.#unsigned(value, 3);
  }

  u32(value: number): this {
    return this.#unsigned(value, 4);
  }

  u64(value: bigint): this {
    if (value < 0n || value >= 1n << 64n) throw new RangeError('does not fit 64 bits');
    return this.u32(Number(value >> 32n)).u32(Number(value & 0xffff_ffffn));
  }

  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** What was written so far, as a view: write no more after it. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #unsigned(value: number, size: 1 | 2 | 3 | 4): this {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) throw new RangeError(`does not fit ${8 * size} bits`);
    this.#reserve(size);
    for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) this.#buffer[this.#length++] = value >>> shift;
    return this;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
