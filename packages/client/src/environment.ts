import type { CryptoProvider } from '@parley/protocol';
import type { Mls } from './mls/mls.ts';

/**
 * What the client needs of the world around it. `node.ts` and `browser.ts` make one; tests move its clock by hand.
 * Nothing in the client reads a clock, a timer or randomness from anywhere else.
 */
export interface Environment {
  readonly crypto: CryptoProvider;
  readonly mls: Mls;
  /** Opens a WebSocket with a subprotocol. */
  openSocket(url: string, protocol: string): WebSocketLike;
  /** Unix time, milliseconds. Whoever sets the system's clock makes it jump: for certificates and what people see. */
  now(): number;
  /** Milliseconds that never jump: for waits, rates, and how long something took. */
  monotonic(): number;
  /** In [0, 1): jitter only, nothing secret. */
  random(): number;
  setTimer(callback: () => void, delayMs: number): Timer;
  /** Runs `callback` after this turn of the event loop. */
  defer(callback: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** The part of the standard WebSocket that is used: the same in Node and in browsers. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** Everything that Node and browsers both have. */
export function standardEnvironment(parts: Pick<Environment, 'crypto' | 'mls' | 'defer'>): Environment {
  return {
    ...parts,
    openSocket: (url, protocol) => new WebSocket(url, protocol),
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random: () => Math.random(),
    setTimer: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
