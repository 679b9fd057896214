import type { Clock } from '../clock.ts';

/** What the heartbeat needs to know of a connection. */
interface Audible {
  /** When there was a last sign of life from the peer: monotonic. */
  readonly heardMs: number;
  /** Asks for one. */
  ping(): void;
  terminate(): void;
}

export interface HeartbeatLimits {
  /** A connection that was silent for so long is pinged, and ended after the second figure. */
  readonly pingAfterMs: number;
  readonly silenceMs: number;
}

/**
 * Ends connections whose peers have gone without a word, so that nobody is shown on line who is not: TCP alone would take a quarter of
 * an hour, and behind a proxy that holds the connection it would never notice. One timer for all; it runs while there are any.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #limits: HeartbeatLimits;
  /** With the sign of life after which each was pinged. */
  readonly #connections = new Map<Audible, number | undefined>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, limits: HeartbeatLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  add(connection: Audible): void {
    this.#connections.set(connection, undefined);
    this.#schedule();
  }

  remove(connection: Audible): void {
    this.#connections.delete(connection);
  }

  #schedule(): void {
    const { pingAfterMs, silenceMs } = this.#limits;
    this.#cancel ??= this.#clock.after((silenceMs - pingAfterMs) / 2, () => this.#listen());
  }

  #listen(): void {
    this.#cancel = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (const [connection, pingedAfterMs] of this.#connections) {
      const { heardMs } = connection;
      const silentMs = nowMs - heardMs;
      if (silentMs < this.#limits.pingAfterMs) continue;
      // Never without having asked, even where this process was stopped for a while.
      if (pingedAfterMs !== heardMs) {
        this.#connections.set(connection, heardMs);
        connection.ping();
      } else if (silentMs >= this.#limits.silenceMs) {
        connection.terminate();
      }
    }
    if (this.#connections.size > 0) this.#schedule();
  }
}
