import { ANSWER_WAIT_MS, ASK_AFTER_MS, MAX_ANSWER_WAIT_MS } from '@parley/protocol';
import type { Environment, Timer } from '../environment.ts';

interface LivenessHandlers {
  /** Asks the server something that costs it little. Calls `asked` when it goes out. */
  ask(): void;
  /** The connection leads nowhere. */
  gone(): void;
}

/**
 * Notices that a connection leads nowhere: where nothing is heard for a while it asks, and whatever was asked has to be answered. A
 * connection that was cut on the way, or whose other end has lost its power, says nothing by itself: TCP would find out after a quarter
 * of an hour, behind some proxies never, and a browser's WebSocket has no ping.
 */
export class Liveness {
  readonly #environment: Pick<Environment, 'monotonic' | 'setTimer'>;
  readonly #handlers: LivenessHandlers;
  #heardMs: number;
  /** Since when something has no answer: the first question, or the last answer while others wait. */
  #askedMs: number | undefined;
  #timer: Timer | undefined;

  constructor(environment: Pick<Environment, 'monotonic' | 'setTimer'>, handlers: LivenessHandlers) {
    this.#environment = environment;
    this.#handlers = handlers;
    this.#heardMs = environment.monotonic();
    this.#wait(ASK_AFTER_MS);
  }

  /** Something has come from the server. */
  heard(): void {
    this.#heardMs = this.#environment.monotonic();
  }

  /** A question has gone out. */
  asked(): void {
    if (this.#askedMs !== undefined) return;
    this.#askedMs = this.#environment.monotonic();
    this.#wait(ANSWER_WAIT_MS);
  }

  /** An answer has come. */
  answered(othersWait: boolean): void {
    this.#askedMs = othersWait ? this.#environment.monotonic() : undefined;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(milliseconds: number): void {
    this.#timer?.cancel();
    this.#timer = this.#environment.setTimer(() => this.#check(), milliseconds);
  }

  #check(): void {
    const now = this.#environment.monotonic();
    if (this.#askedMs === undefined) {
      const left = this.#heardMs + ASK_AFTER_MS - now;
      this.#wait(left > 0 ? left : ASK_AFTER_MS);
      if (left <= 0) this.#handlers.ask();
      return;
    }
    // However much is heard: without an answer for long, what is sent does not get through.
    const left = Math.min(Math.max(this.#heardMs, this.#askedMs) + ANSWER_WAIT_MS, this.#askedMs + MAX_ANSWER_WAIT_MS) - now;
    if (left > 0) this.#wait(left);
    else this.#handlers.gone();
  }
}
