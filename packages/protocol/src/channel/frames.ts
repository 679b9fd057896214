import { ParleyError } from '../errors.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME } from '../limits.ts';

/** One request, reply or push: `opcode u8 | length u24 | sequence u32 | body`. */
export interface Frame {
  readonly opcode: number;
  /** The request it is, or answers; 0 for what the server sends on its own. */
  readonly sequence: number;
  /** Often a view of a whole record: copy what is kept for long. */
  readonly body: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/**
 * Cuts the frame stream into frames, however it arrives. A frame that lies whole in one piece is a view of it; only one that
 * spans pieces is copied, into a buffer that grows with what arrived, never to what was announced.
 */
export class FrameReader {
  /** The start of a frame whose rest has not arrived, and how many bytes of the buffer are that. */
  #held: Uint8Array = NOTHING;
  #heldBytes = 0;

  /** Memory held for a frame received in part, bytes. */
  get partialBytes(): number {
    return this.#held.length;
  }

  /**
   * The frames that `piece` completes, in order.
   * @throws ParleyError `too_large` as soon as a header announces a body above MAX_FRAME
   */
  read(piece: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let offset = this.#heldBytes === 0 ? 0 : this.#complete(piece, frames);
    while (piece.length - offset >= FRAME_HEADER_BYTES) {
      const end = offset + FRAME_HEADER_BYTES + bodyLength(piece, offset);
      if (end > piece.length) break;
      frames.push(frameAt(piece, offset, end));
      offset = end;
    }
    if (offset < piece.length) this.#hold(piece.subarray(offset), piece.length - offset);
    return frames;
  }

  /** Forgets what was received in part. */
  clear(): void {
    this.#held = NOTHING;
    this.#heldBytes = 0;
  }

  /** Goes on with the held frame, and returns how many bytes of the piece that took. */
  #complete(piece: Uint8Array, frames: Frame[]): number {
    const forHeader = Math.max(0, Math.min(FRAME_HEADER_BYTES - this.#heldBytes, piece.length));
    this.#hold(piece.subarray(0, forHeader), FRAME_HEADER_BYTES);
    if (this.#heldBytes < FRAME_HEADER_BYTES) return forHeader;

    const total = FRAME_HEADER_BYTES + bodyLength(this.#held, 0);
    const forBody = Math.min(total - this.#heldBytes, piece.length - forHeader);
    this.#hold(piece.subarray(forHeader, forHeader + forBody), total);
    if (this.#heldBytes === total) {
      frames.push(frameAt(this.#held, 0, total));
      this.clear();
    }
    return forHeader + forBody;
  }

  /** Appends to the held bytes. Doubling keeps the copies linear; `most` is what the frame can need at all. */
  #hold(bytes: Uint8Array, most: number): void {
    const needed = this.#heldBytes + bytes.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, Math.min(2 * this.#held.length, most)));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = needed;
  }
}

function bodyLength(bytes: Uint8Array, at: number): number {
  const length = ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
  if (length > MAX_FRAME) throw new ParleyError('too_large', `a frame of ${length} bytes`);
  return length;
}

function frameAt(bytes: Uint8Array, at: number, end: number): Frame {
  const high = ((bytes[at + 4] as number) << 8) | (bytes[at + 5] as number);
  const low = ((bytes[at + 6] as number) << 8) | (bytes[at + 7] as number);
  return { opcode: bytes[at] as number, sequence: high * 0x1_0000 + low, body: bytes.subarray(at + FRAME_HEADER_BYTES, end) };
}
