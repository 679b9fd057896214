import type { Socket } from 'node:net';
import type { Direction } from '../bad-network.ts';
import type { Carried } from './carried.ts';
import type { Change, MessageChange } from './change.ts';
import { BINARY, binaryFrame, type Piece, WebSocketStream } from './websocket-stream.ts';

/** One direction of a connection through the evil network. */
export class Way {
  change: Change | undefined;
  readonly direction: Direction;
  readonly #to: Socket;
  readonly #back: Socket;
  readonly #carried: Carried;
  readonly #stream = new WebSocketStream();
  #messages = 0;
  #streamBytes = 0;
  /** What was held back to come after the next message. */
  #held: Buffer | undefined;
  #delayed: Promise<void> | undefined;

  constructor(direction: Direction, to: Socket, back: Socket, carried: Carried) {
    this.direction = direction;
    this.#to = to;
    this.#back = back;
    this.#carried = carried;
  }

  bring(bytes: Buffer): void {
    this.#carried.bytes += bytes.length;
    const pieces = this.#stream.push(bytes);
    this.#carried[this.direction].push(...pieces);
    const { change } = this;
    if (change !== undefined && 'streamBit' in change) this.#write(this.#flipInStream(bytes, change.streamBit));
    else for (const piece of pieces) this.#bringPiece(piece, change);
    this.#streamBytes += bytes.length;
  }

  /** Once all that came before has been brought. */
  afterwards(act: () => void): void {
    if (this.#delayed === undefined) act();
    else void this.#delayed.then(act);
  }

  #bringPiece(piece: Piece, change: MessageChange | undefined): void {
    if (piece.kind === 'head' || piece.opcode !== BINARY) {
      this.#write(piece.bytes);
      return;
    }
    const number = this.#messages;
    this.#messages += 1;
    if (change?.message === number) this.#apply(change.does, piece.payload, piece.bytes);
    else this.#write(piece.bytes);
    if (change?.message === number - 1 && this.#held !== undefined) this.#write(this.#held);
  }

  /** These bytes, with the bit changed where it is one of theirs. */
  #flipInStream(bytes: Buffer, bit: number): Buffer {
    const at = bit - 8 * this.#streamBytes;
    if (at < 0 || at >= 8 * bytes.length) return bytes;
    this.#carried.isChanged = true;
    return flip(bytes, at);
  }

  #apply(does: MessageChange['does'], message: Buffer, bytes: Buffer): void {
    this.#carried.isChanged = true;
    switch (does.kind) {
      case 'flip':
        this.#send(flip(message, does.bit));
        break;
      case 'cut':
        this.#send(message.subarray(0, message.length - does.bytes));
        break;
      case 'lengthen':
        this.#send(Buffer.concat([message, Buffer.alloc(1)]));
        break;
      case 'replace':
        this.#send(does.by);
        break;
      case 'insert':
        this.#send(does.by);
        this.#write(bytes);
        break;
      case 'repeat':
        this.#write(bytes);
        this.#write(bytes);
        break;
      case 'reflect':
        this.#back.write(binaryFrame(message, this.direction === 'down'));
        break;
      case 'swap':
        this.#held = bytes;
        break;
      case 'delay':
        this.#delayed = new Promise((resolve) => setTimeout(resolve, does.ms));
        this.#write(bytes);
        break;
      case 'drop':
        break;
    }
  }

  #send(message: Uint8Array): void {
    this.#write(binaryFrame(message, this.direction === 'up'));
  }

  #write(bytes: Buffer): void {
    this.afterwards(() => {
      if (!this.#to.destroyed) this.#to.write(bytes);
    });
  }
}

/** A copy with one bit changed; bit 0 is the lowest one of the first byte. */
function flip(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
  return flipped;
}
