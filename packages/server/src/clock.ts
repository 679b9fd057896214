/** Time, passed in so that tests can move it by hand. */
export interface Clock {
  /** Unix time, milliseconds. */
  nowMs(): number;
  /** Milliseconds that never jump back. */
  monotonicMs(): number;
  /**
   * Unix time of the start plus what has gone by since, milliseconds: whoever sets the clock does not make anything older. What is kept
   * has its age by it.
   */
  steadyMs(): number;
  /** Runs `action` once after `ms`; the result cancels it. Does not keep the process alive. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  steadyMs: () => Math.floor(performance.timeOrigin + performance.now()),
  after(ms, action) {
    const timer = setTimeout(action, ms).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * The same clock, whose steady time goes on from `steadyMs`, which an earlier run has left. A clock that is wrong at a start makes
 * nothing older either: only time during which a server ran counts.
 */
export function resume(clock: Clock, steadyMs: number): Clock {
  const startMs = clock.monotonicMs();
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    steadyMs: () => steadyMs + Math.floor(clock.monotonicMs() - startMs),
    after: (ms, action) => clock.after(ms, action),
  };
}
