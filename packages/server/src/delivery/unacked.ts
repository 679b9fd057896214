/** Pushes that are counted together, bytes: what is remembered of a device's pushes stays a short list. */
const CHUNK_BYTES = 16 * 1_024;

interface Chunk {
  last: bigint;
  bytes: number;
}

/** The bytes that were pushed to one device and that it has not ACKed. */
export class Unacked {
  /** In order of position; an ACK within one leaves all of it. */
  readonly #chunks: Chunk[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  pushed(position: bigint, bytes: number): void {
    const newest = this.#chunks.at(-1);
    if (newest === undefined || newest.bytes >= CHUNK_BYTES) this.#chunks.push({ last: position, bytes });
    else {
      newest.last = position;
      newest.bytes += bytes;
    }
    this.#bytes += bytes;
  }

  /** Everything up to `position`. */
  acked(position: bigint): void {
    for (let oldest = this.#chunks[0]; oldest !== undefined && oldest.last <= position; oldest = this.#chunks[0]) {
      this.#chunks.shift();
      this.#bytes -= oldest.bytes;
    }
  }
}
