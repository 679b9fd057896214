import { connect, type Socket } from 'node:net';
import { BINARY, binaryFrame, CLOSE, WebSocketStream } from '../evil-network/websocket-stream.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Source addresses: `prefix` and two numbers. */
  readonly prefix: string;
}

/** More than one address may do in a second has to come from others. */
const ADDRESSES = 4_096;
const UPGRADE = [
  'GET /parley HTTP/1.1',
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: parley.1',
  '\r\n',
].join('\r\n');

/** One connection of an attack. What it does is for who makes it; it notes how the server has ended it. */
export class Attacker {
  onUpgraded: () => void = () => {};
  onMessage: (message: Buffer) => void = () => {};
  /** What the server said last, else `cut`: it was ended without a word. */
  #last = 'cut';
  readonly #socket: Socket;
  readonly #stream = new WebSocketStream();
  #isOver = false;

  /** @param index which it is: its address follows from it */
  constructor({ host, port, prefix }: Target, index: number, onEnd: (how: string) => void) {
    const address = index % ADDRESSES;
    this.#socket = connect({ host, port, localAddress: `${prefix}${address >> 8}.${address & 255}`, noDelay: true });
    this.#socket.on('data', (data: Buffer) => this.#hear(data));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.syscall === 'connect' || error.syscall === 'bind') this.#last = `${error.syscall} ${error.code}`;
    });
    this.#socket.on('close', () => {
      this.#isOver = true;
      onEnd(this.#last);
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Says what the server has ended it for, where only this end can tell. */
  note(code: string): void {
    this.#last = code;
  }

  upgrade(): void {
    this.write(UPGRADE);
  }

  write(bytes: Uint8Array | string): void {
    if (!this.#isOver && this.#socket.writable) this.#socket.write(bytes);
  }

  /** A whole message in one frame. */
  send(message: Uint8Array): void {
    this.write(binaryFrame(message, true));
  }

  /** These bytes one by one, each in a TCP segment of its own. */
  writeSingly(bytes: Uint8Array): void {
    let at = 0;
    const next = (): void => {
      if (at === bytes.length || this.#isOver) return;
      this.write(bytes.subarray(at, at + 1));
      at += 1;
      setImmediate(next);
    };
    next();
  }

  #hear(data: Buffer): void {
    for (const piece of this.#stream.push(data)) {
      if (piece.kind === 'head') {
        const status = piece.bytes.toString('latin1', 9, 12);
        if (status === '101') this.onUpgraded();
        else this.#last = `HTTP ${status}`;
      } else if (piece.opcode === BINARY) this.onMessage(piece.payload);
      else if (piece.opcode === CLOSE) {
        if (this.#last === 'cut') this.#last = `closed ${piece.payload.length < 2 ? 1005 : piece.payload.readUInt16BE(0)}`;
        this.#socket.end(Buffer.from([0x88, 0x80, 0, 0, 0, 0])); // it is a polite one
      }
    }
  }
}
