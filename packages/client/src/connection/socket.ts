import { MAX_LOGIN_MESSAGES, MAX_TRANSPORT_MESSAGE, WEBSOCKET_PATH, WEBSOCKET_SUBPROTOCOL } from '@parley/protocol';
import type { Environment, WebSocketLike } from '../environment.ts';
import { ConnectError } from '../errors.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** `localhost:10000`, `[::1]:10000`. */
export function formatAddress(address: ServerAddress): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

interface SocketHandlers {
  onMessage(message: Uint8Array): void;
  /** Once, also after `close`. */
  onClose(): void;
}

/**
 * A WebSocket whose binary messages are handshake messages and records. Until `consume` they are read one by one with `next`,
 * as the login does; afterwards each goes to a handler. A text frame or one that is too long closes it.
 */
export class BinarySocket {
  readonly #socket: WebSocketLike;
  readonly #unread: Uint8Array[] = [];
  #handlers: SocketHandlers | undefined;
  #waiting: { resolve: (message: Uint8Array) => void; reject: (error: ConnectError) => void } | undefined;
  #closed = false;

  /** Resolves when it is open. @throws ConnectError */
  static open(
    environment: Pick<Environment, 'openSocket'>,
    address: ServerAddress,
  ): { socket: BinarySocket; opened: Promise<void> } {
    const url = `${address.tls ? 'wss' : 'ws'}://${formatAddress(address)}${WEBSOCKET_PATH}`;
    const raw = environment.openSocket(url, WEBSOCKET_SUBPROTOCOL);
    const socket = new BinarySocket(raw);
    const opened = new Promise<void>((resolve, reject) => {
      raw.addEventListener('open', () => resolve());
      raw.addEventListener('close', () => reject(new ConnectError(`cannot reach the server at ${formatAddress(address)}`)));
    });
    opened.catch(() => {});
    return { socket, opened };
  }

  private constructor(socket: WebSocketLike) {
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', (event) => this.#receive(event.data));
    socket.addEventListener('close', () => this.#ended());
    socket.addEventListener('error', () => this.close());
  }

  /** Bytes that the system has not taken yet. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: Uint8Array): void {
    if (!this.#closed) this.#socket.send(message as Uint8Array<ArrayBuffer>);
  }

  /** The next message. @throws ConnectError when the connection ends before one comes */
  next(): Promise<Uint8Array> {
    const message = this.#unread.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#closed) return Promise.reject(new ConnectError('the server closed the connection'));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** From now on every message goes to `handlers`, those that wait already first. */
  consume(handlers: SocketHandlers): void {
    this.#handlers = handlers;
    for (const message of this.#unread.splice(0)) handlers.onMessage(message);
    if (this.#closed) handlers.onClose();
  }

  /** Sends what was given to `send`, then closes. */
  close(): void {
    this.#socket.close();
    this.#ended();
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    if (!(data instanceof ArrayBuffer) || data.byteLength > MAX_TRANSPORT_MESSAGE) {
      this.close();
      return;
    }
    const message = new Uint8Array(data);
    if (this.#handlers !== undefined) {
      this.#handlers.onMessage(message);
      return;
    }
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting.resolve(message);
      return;
    }
    if (this.#unread.push(message) > MAX_LOGIN_MESSAGES) this.close();
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting?.reject(new ConnectError('the server closed the connection'));
    this.#waiting = undefined;
    this.#handlers?.onClose();
  }
}
