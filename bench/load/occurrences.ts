/** Counts how often some bytes occur in a stream that comes in pieces, which may be cut anywhere. */
export class Occurrences {
  readonly #needle: Buffer;
  /** So many bytes of the needle were the end of the last piece. */
  #begun = 0;

  /** @param needle text of single bytes, the first of which comes in it only once: where another byte comes, all begins anew */
  constructor(needle: string) {
    this.#needle = Buffer.from(needle, 'latin1');
  }

  /** How many end in this piece. */
  count(bytes: Buffer): number {
    const { length } = this.#needle;
    let count = 0;
    let from = 0;
    if (this.#begun > 0) {
      const common = this.#common(bytes, 0, this.#begun);
      if (this.#begun + common === length) {
        count = 1;
        from = common;
      } else if (common === bytes.length) {
        this.#begun += common;
        return 0;
      }
    }
    for (let at = bytes.indexOf(this.#needle, from); at !== -1; at = bytes.indexOf(this.#needle, from)) {
      count++;
      from = at + length;
    }
    this.#begun = 0;
    for (let at = Math.max(from, bytes.length - length + 1); at < bytes.length; at++) {
      const common = this.#common(bytes, at, 0);
      if (at + common === bytes.length) this.#begun = common;
    }
    return count;
  }

  /** How many bytes from `at` are those of the needle from `from`. */
  #common(bytes: Buffer, at: number, from: number): number {
    let common = 0;
    while (
      from + common < this.#needle.length &&
      at + common < bytes.length &&
      bytes[at + common] === this.#needle[from + common]
    ) {
      common++;
    }
    return common;
  }
}
