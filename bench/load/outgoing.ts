import type { Connection } from './connection.ts';
import { atEndOfTurn } from './end-of-turn.ts';

/** Messages that are written at once at most: more than a window holds. */
const MAX_RUN = 64;

/** Sends one message again and again. All that one turn of the event loop asks for leaves in one write. */
export class Outgoing {
  readonly #connection: Connection;
  readonly #message: Uint8Array;
  /** The message several times in a row, so that nothing is copied to send some; it grows with what is asked for. */
  #run: Buffer;
  #queued = 0;

  constructor(connection: Connection, message: Uint8Array) {
    this.#connection = connection;
    this.#message = message;
    this.#run = Buffer.from(message);
  }

  send(count: number): void {
    this.#queued += count;
    atEndOfTurn(this.#write);
  }

  readonly #write = (): void => {
    let left = this.#queued;
    this.#queued = 0;
    this.#grow(Math.min(left, MAX_RUN));
    const pieces: Buffer[] = [];
    while (left > 0) {
      const count = Math.min(left, this.#run.length / this.#message.length);
      pieces.push(this.#run.subarray(0, count * this.#message.length));
      left -= count;
    }
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined) this.#connection.write(first);
    else this.#connection.writeAll(pieces);
  };

  #grow(count: number): void {
    if (count * this.#message.length <= this.#run.length) return;
    this.#run = Buffer.concat(Array.from({ length: count }, () => this.#message));
  }
}
