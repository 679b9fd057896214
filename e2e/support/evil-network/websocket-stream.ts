/** A piece of what one end of a WebSocket connection writes: the head of HTTP first, then frames (RFC 6455, section 5.2). */
export type Piece = { readonly kind: 'head'; readonly bytes: Buffer } | Frame;

export interface Frame {
  readonly kind: 'frame';
  /** As it crossed. */
  readonly bytes: Buffer;
  /** Of `bytes`, what stands before the payload: 2 to 14. */
  readonly headerBytes: number;
  readonly opcode: number;
  /** Unmasked. */
  readonly payload: Buffer;
}

export const BINARY = 2;
export const CLOSE = 8;
const MASK_BYTES = 4;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** Cuts the byte stream of one end into pieces, wherever TCP has cut it. */
export class WebSocketStream {
  #rest: Buffer = Buffer.alloc(0);
  #isUpgraded = false;

  /** The pieces that these bytes complete. */
  push(bytes: Buffer): Piece[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const pieces: Piece[] = [];
    for (let piece = this.#next(); piece !== undefined; piece = this.#next()) {
      this.#rest = this.#rest.subarray(piece.bytes.length);
      pieces.push(piece);
    }
    return pieces;
  }

  #next(): Piece | undefined {
    if (this.#isUpgraded) return readFrame(this.#rest);
    const end = this.#rest.indexOf(END_OF_HEAD);
    if (end === -1) return undefined;
    this.#isUpgraded = true;
    return { kind: 'head', bytes: this.#rest.subarray(0, end + END_OF_HEAD.length) };
  }
}

function readFrame(bytes: Buffer): Frame | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const headerBytes = 2 + lengthBytes + (isMasked(second) ? MASK_BYTES : 0);
  if (bytes.length < headerBytes) return undefined;
  const length = lengthBytes === 0 ? short : bytes.readUIntBE(lengthBytes === 8 ? 4 : 2, lengthBytes === 8 ? 6 : 2);
  if (bytes.length < headerBytes + length) return undefined;
  const payload = Buffer.from(bytes.subarray(headerBytes, headerBytes + length));
  if (isMasked(second)) {
    const key = bytes.subarray(headerBytes - MASK_BYTES, headerBytes);
    for (let at = 0; at < length; at += 1) payload[at] = (payload[at] as number) ^ (key[at % MASK_BYTES] as number);
  }
  return { kind: 'frame', bytes: bytes.subarray(0, headerBytes + length), headerBytes, opcode: first & 0x0f, payload };
}

function isMasked(second: number): boolean {
  return (second & 0x80) !== 0;
}

/** A binary message in one frame. Where clients send it, it has to be masked; a key of zeros does that and changes nothing. */
export function binaryFrame(payload: Uint8Array, masked: boolean): Buffer {
  const mark = masked ? 0x80 : 0;
  const length = payload.length < 126 ? [mark | payload.length] : [mark | 126, payload.length >>> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | BINARY, ...length]), Buffer.alloc(masked ? MASK_BYTES : 0), payload]);
}
