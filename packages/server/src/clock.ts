/** Time, passed in so that tests can move it by hand. */
export interface Clock {
  /** Unix time, milliseconds. */
  nowMs(): number;
  /** Milliseconds that never jump back. */
  monotonicMs(): number;
  /** Unix time of the start plus what has gone by since, milliseconds: whoever sets the clock does not make anything older. */
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
