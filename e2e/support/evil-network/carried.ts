import type { Direction } from '../bad-network.ts';
import { BINARY, CLOSE, type Piece } from './websocket-stream.ts';

/** What one connection carried, as its two ends wrote it. */
export class Carried {
  readonly up: Piece[] = [];
  readonly down: Piece[] = [];
  bytes = 0;
  /** Whether the change has been made. */
  isChanged = false;

  /** The binary messages of a direction. */
  messages(direction: Direction): Buffer[] {
    return this[direction].flatMap((piece) => (piece.kind === 'frame' && piece.opcode === BINARY ? [piece.payload] : []));
  }

  /** The code with which an end has closed its WebSocket (RFC 6455, section 7.4). */
  closeCode(direction: Direction): number | undefined {
    const close = this[direction].find((piece) => piece.kind === 'frame' && piece.opcode === CLOSE);
    return close?.kind === 'frame' && close.payload.length >= 2 ? close.payload.readUInt16BE(0) : undefined;
  }

  /** All of it, unmasked. */
  get everything(): Buffer {
    return Buffer.concat([...this.up, ...this.down].map((piece) => (piece.kind === 'head' ? piece.bytes : piece.payload)));
  }
}
