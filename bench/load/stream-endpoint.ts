import type { Connection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { Outgoing } from './outgoing.ts';

/** A client whose messages lie one after another in the stream of its connection, and are answered by nobody. */
export class StreamEndpoint implements Endpoint {
  readonly #connection: Connection;
  readonly #outgoing: Outgoing;
  readonly #lastWord: Uint8Array;
  onArrived: (count: number) => void = () => {};
  onConfirmed: (count: number) => void = () => {};
  onLost: (reason: string) => void = () => {};

  /** @param count how many messages end in the bytes that have come */
  constructor(
    connection: Connection,
    options: { readonly message: Uint8Array; readonly lastWord: Uint8Array; readonly count: (bytes: Buffer) => number },
  ) {
    this.#connection = connection;
    this.#outgoing = new Outgoing(connection, options.message);
    this.#lastWord = options.lastWord;
    connection.onLost = (reason) => this.onLost(reason);
    connection.stream((bytes) => {
      const count = options.count(bytes);
      if (count > 0) this.onArrived(count);
    });
  }

  send(count: number): void {
    this.#outgoing.send(count);
  }

  close(): void {
    this.#connection.close(this.#lastWord);
  }
}
