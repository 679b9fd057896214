import type { Socket } from 'node:net';
import { MAX_WAITING_MESSAGES } from '@parley/protocol';
import type { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import { UNSUPPORTED_DATA } from './close-codes.ts';

/** How long a peer may take to read what was left for it and to answer a close. */
const CLOSE_GRACE_MS = 2_000;

/**
 * One WebSocket connection: binary messages in, read at the pace of `receive`, binary messages out. Whatever waits is
 * bounded: while messages wait here the socket is not read, so that TCP slows the peer down.
 */
export class Connection {
  /** Running number in this process, for the log. */
  readonly id: number;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #lowWater: number;
  readonly #arrived: Uint8Array[] = [];
  /** Somebody waits for a message: called once when there is one, or when the connection is over. */
  #wake: (() => void) | undefined;
  #drainWaiters: (() => void)[] = [];
  #ended = false;
  #heardMs: number;
  readonly #onSent = (): void => {
    // While it is not read it cannot be heard: that it takes what it is sent has to do.
    if (this.#webSocket.isPaused) this.#heard();
    this.#wakeDrainWaiters();
  };

  constructor(
    id: number,
    webSocket: WebSocket,
    socket: Socket,
    clock: Clock,
    options: { lowWater: number; pingBudget: () => boolean },
  ) {
    this.id = id;
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#clock = clock;
    this.#lowWater = options.lowWater;
    this.#heardMs = clock.monotonicMs();
    webSocket.binaryType = 'nodebuffer';
    webSocket.on('message', (data: Buffer, isBinary) => (isBinary ? this.#arrive(data) : this.close(UNSUPPORTED_DATA)));
    webSocket.on('pong', () => this.#heard());
    webSocket.on('ping', (data) => {
      this.#heard();
      if (!options.pingBudget()) webSocket.terminate();
      // Whoever does not read gets no answers that would only wait here.
      else if (this.bufferedBytes <= this.#lowWater) webSocket.pong(data);
    });
    webSocket.on('error', () => this.#end()); // a message too large, a bad frame: ws closes
    webSocket.on('close', () => this.#end());
  }

  /** The next message, or `undefined` once the connection is over. One reader at a time. */
  receive(): Promise<Uint8Array | undefined> {
    const message = this.#next();
    if (message !== undefined || this.#ended) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#wake = () => resolve(this.#next());
    });
  }

  /**
   * Has every message from now on taken, one after the other: where `take` returns a promise, the next one waits for it, and once a few
   * do the socket is not read. Resolves when the connection is over; rejects with whatever `take` throws, and takes nothing more.
   */
  each(take: (message: Uint8Array) => Promise<void> | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const takeAll = (): void => {
      try {
        for (let message = this.#next(); message !== undefined; message = this.#next()) {
          const taken = take(message);
          if (taken !== undefined) {
            taken.then(takeAll, reject);
            return;
          }
        }
      } catch (error) {
        reject(error);
        return;
      }
      if (this.#ended) resolve();
      else this.#wake = takeAll;
    };
    takeAll();
    return promise;
  }

  /** Sends all in one write of the socket. Dropped when the connection is over. */
  send(...messages: Uint8Array[]): void {
    if (this.#ended) return;
    this.#socket.cork();
    for (const message of messages) this.#webSocket.send(message, this.#onSent);
    this.#socket.uncork();
  }

  /** Bytes that the peer has not taken yet. */
  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  /** Resolves when few bytes wait, or the connection is over. */
  drained(): Promise<void> {
    if (this.#ended || this.bufferedBytes <= this.#lowWater) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  /** When there was a last sign of life from the peer: monotonic. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Asks for one. Every WebSocket answers by itself. */
  ping(): void {
    if (!this.#ended) this.#webSocket.ping();
  }

  /** Nothing is received or sent any more. */
  get isOver(): boolean {
    return this.#ended;
  }

  /** Resolves when the WebSocket is gone. */
  closed(): Promise<void> {
    if (this.#webSocket.readyState === this.#webSocket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      this.#webSocket.once('close', () => resolve());
    });
  }

  /** Lets the peer read what was sent, then closes; `code` as in RFC 6455, section 7.4. What arrives from now on is dropped. */
  close(code: number): void {
    if (this.#ended) return;
    this.#end();
    this.#webSocket.close(code);
    this.#webSocket.resume(); // else the peer's close would never be read
    const cancel = this.#clock.after(CLOSE_GRACE_MS, () => this.#webSocket.terminate());
    this.#webSocket.once('close', cancel);
  }

  terminate(): void {
    this.#end();
    this.#webSocket.terminate();
  }

  #arrive(message: Uint8Array): void {
    this.#heard();
    if (this.#ended) return;
    this.#arrived.push(message);
    if (this.#wake !== undefined) this.#wakeReader();
    else if (this.#arrived.length >= MAX_WAITING_MESSAGES) this.#webSocket.pause();
  }

  #next(): Uint8Array | undefined {
    const message = this.#arrived.shift();
    if (message !== undefined && this.#arrived.length === 0 && this.#webSocket.isPaused) this.#webSocket.resume();
    return message;
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #heard(): void {
    this.#heardMs = this.#clock.monotonicMs();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#arrived.length = 0;
    this.#wakeReader();
    this.#wakeDrainWaiters();
  }

  #wakeDrainWaiters(): void {
    if (this.#drainWaiters.length === 0 || (!this.#ended && this.bufferedBytes > this.#lowWater)) return;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const wake of waiters) wake();
  }
}
