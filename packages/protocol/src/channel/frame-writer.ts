import { padme } from '../bytes/padme.ts';
import { ParleyError } from '../errors.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME, MAX_RECORD_PLAINTEXT, MIN_RECORD_PLAINTEXT } from '../limits.ts';
import { LENGTH_BYTES, writeLength } from './padding.ts';

const NOTHING = new Uint8Array(0);
/** Of the frame that is being appended. */
const header = new Uint8Array(FRAME_HEADER_BYTES);

/**
 * Packs frames into as few padded record plaintexts as possible. Each byte is copied once, straight to where it will be sealed.
 * Between turns it holds no buffer: idle connections cost nothing.
 */
export class FrameWriter {
  #full: Uint8Array[] = [];
  /**
   * The record being filled: two bytes for its length, then content; its size is a Padmé length, and what is not written is
   * zero.
   */
  #record: Uint8Array = NOTHING;
  #recordBytes = 0;
  /** Bytes of the last record: what a connection sends at once is often as much as the time before. */
  #lastBytes = 0;
  #queuedBytes = 0;

  /** Bytes of the frame stream that `take` has not taken. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Appends a frame whose body is the given parts, one after the other.
   * @throws ParleyError `too_large` when the body is above MAX_FRAME; RangeError for an opcode or a sequence that does not fit
   */
  append(opcode: number, sequence: number, ...parts: Uint8Array[]): void {
    let length = 0;
    for (const part of parts) length += part.length;
    if (length > MAX_FRAME) throw new ParleyError('too_large', `a frame of ${length} bytes`);
    if (opcode >>> 0 !== opcode || opcode > 0xff || sequence >>> 0 !== sequence) throw new RangeError('no opcode or no sequence');
    header[0] = opcode;
    header[1] = length >>> 16;
    header[2] = length >>> 8;
    header[3] = length;
    header[4] = sequence >>> 24;
    header[5] = sequence >>> 16;
    header[6] = sequence >>> 8;
    header[7] = sequence;
    this.#write(header, length);
    for (const part of parts) this.#write(part, 0);
    this.#queuedBytes += FRAME_HEADER_BYTES + length;
  }

  /** The plaintexts of the records to seal, in order; none when nothing was appended. */
  take(): Uint8Array[] {
    if (this.#recordBytes > 0) this.#finishRecord();
    const plaintexts = this.#full;
    this.clear();
    return plaintexts;
  }

  /** Forgets everything appended. */
  clear(): void {
    if (this.#full.length > 0) this.#full = [];
    this.#record = NOTHING;
    this.#recordBytes = 0;
    this.#queuedBytes = 0;
  }

  /** @param more bytes that will follow at once, so that the buffer grows once for both */
  #write(bytes: Uint8Array, more: number): void {
    let offset = 0;
    while (offset < bytes.length) {
      if (this.#recordBytes === MAX_RECORD_PLAINTEXT) this.#finishRecord();
      this.#reserve(bytes.length - offset + more);
      const count = Math.min(bytes.length - offset, this.#record.length - this.#recordBytes);
      this.#record.set(count === bytes.length ? bytes : bytes.subarray(offset, offset + count), this.#recordBytes);
      this.#recordBytes += count;
      offset += count;
    }
  }

  /** Makes room for `wanted` more bytes, or for as many as the record can have. */
  #reserve(wanted: number): void {
    if (this.#recordBytes === 0) this.#recordBytes = LENGTH_BYTES;
    const needed = Math.min(this.#recordBytes + wanted, MAX_RECORD_PLAINTEXT);
    if (needed <= this.#record.length) return;
    // Twice a Padmé length is one too, and so is the largest record: `#finishRecord` never needs more than is there.
    const wish = Math.max(needed, this.#record.length === 0 ? this.#lastBytes : 0);
    const size = Math.min(Math.max(padme(wish), 2 * this.#record.length, MIN_RECORD_PLAINTEXT), MAX_RECORD_PLAINTEXT);
    const grown = new Uint8Array(size);
    grown.set(this.#record);
    this.#record = grown;
  }

  #finishRecord(): void {
    const size = Math.max(MIN_RECORD_PLAINTEXT, padme(this.#recordBytes));
    writeLength(this.#record, this.#recordBytes - LENGTH_BYTES);
    this.#full.push(this.#record.subarray(0, size));
    this.#lastBytes = this.#recordBytes;
    this.#record = NOTHING;
    this.#recordBytes = 0;
  }
}
