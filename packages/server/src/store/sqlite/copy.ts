/** Bytes of the first buffer of a batch; each further one is twice as large, up to the second figure. */
const FIRST_BUFFER = 4 * 1_024;
const LARGEST_BUFFER = 1_024 * 1_024;

/**
 * Copies the arguments of the calls of one batch, when each is made: the caller may reuse its buffers. All bytes go into a few large
 * buffers, which are handed to the worker as they are; a buffer for each of them would cost more than the rest of a call.
 */
export class BatchCopier {
  readonly #buffers: ArrayBuffer[] = [];
  #space = new Uint8Array(0);
  #used = 0;
  /** What is sent to many is copied once. */
  #last: Uint8Array | undefined;
  #copyOfLast = this.#space;

  /** The buffers that the copies lie in: they are no longer to be had here once they are handed over. */
  get buffers(): ArrayBuffer[] {
    return this.#buffers;
  }

  /** A deep copy. Throws RangeError for a number that is not a safe integer: SQLite would take it for a REAL. */
  copy<T>(args: T): T {
    this.#last = undefined; // the bytes of the call before may be others by now
    return this.#copy(args) as T;
  }

  #copy(value: unknown): unknown {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError('a number is not a safe integer');
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Uint8Array) return this.#copyBytes(value);
    if (Array.isArray(value)) return value.map((item) => this.#copy(item));
    const object: Record<string, unknown> = {};
    for (const key of Object.keys(value)) object[key] = this.#copy((value as Record<string, unknown>)[key]);
    return object;
  }

  #copyBytes(bytes: Uint8Array): Uint8Array {
    if (bytes === this.#last) return this.#copyOfLast;
    if (this.#used + bytes.length > this.#space.length) this.#grow(bytes.length);
    const copy = this.#space.subarray(this.#used, this.#used + bytes.length);
    copy.set(bytes);
    this.#used += bytes.length;
    this.#last = bytes;
    this.#copyOfLast = copy;
    return copy;
  }

  #grow(needed: number): void {
    const wanted = Math.min(Math.max(2 * this.#space.length, FIRST_BUFFER), LARGEST_BUFFER);
    const buffer = new ArrayBuffer(Math.max(needed, wanted));
    this.#buffers.push(buffer);
    this.#space = new Uint8Array(buffer);
    this.#used = 0;
  }
}
