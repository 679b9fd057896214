import { type Clock, systemClock } from '@parley/server';

interface Timer {
  readonly atMs: number;
  readonly action: () => void;
  cancel: () => void;
}

/** Real time of which a test can skip some: what waits for a deadline is not waited for. The time of day goes on as it is. */
export class SkippingClock implements Clock {
  readonly #timers = new Set<Timer>();
  #skippedMs = 0;

  nowMs(): number {
    return systemClock.nowMs();
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#skippedMs;
  }

  steadyMs(): number {
    return systemClock.steadyMs() + this.#skippedMs;
  }

  after(ms: number, action: () => void): () => void {
    const timer: Timer = { atMs: this.monotonicMs() + ms, action, cancel: () => {} };
    this.#timers.add(timer);
    this.#start(timer);
    return () => {
      this.#timers.delete(timer);
      timer.cancel();
    };
  }

  /** What was due by then is done now. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    for (const timer of this.#timers) {
      timer.cancel();
      this.#start(timer);
    }
  }

  #start(timer: Timer): void {
    timer.cancel = systemClock.after(Math.max(0, timer.atMs - this.monotonicMs()), () => {
      this.#timers.delete(timer);
      timer.action();
    });
  }
}
