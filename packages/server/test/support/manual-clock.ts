import type { Clock } from '../../src/index.ts';

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  readonly #startMs: number;
  #nowMs: number;
  #elapsedMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly action: () => void }>();

  /** @param wrongMs how far it is from the right time, from the start */
  constructor(wrongMs = 0) {
    this.#startMs = Date.now() + wrongMs;
    this.#nowMs = this.#startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  steadyMs(): number {
    return this.#startMs + this.#elapsedMs;
  }

  after(ms: number, action: () => void): () => void {
    const timer = { atMs: this.#elapsedMs + ms, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Somebody sets the clock. */
  set(byMs: number): void {
    this.#nowMs += byMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    this.#elapsedMs += ms;
    for (const timer of [...this.#timers].sort((a, b) => a.atMs - b.atMs)) {
      if (timer.atMs > this.#elapsedMs || !this.#timers.delete(timer)) continue;
      timer.action();
    }
  }
}
