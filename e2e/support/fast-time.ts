/**
 * Loaded before a program (`NODE_OPTIONS=--import=…`): its time goes FAST_TIME times as fast as ours, so that what it does after a
 * minute can be seen after some seconds.
 */
const factor = Number(process.env.FAST_TIME ?? 1);
const { setTimeout: slowTimeout } = globalThis;
const slowNow = Date.now;
const startMs = slowNow();

Date.now = () => Math.floor(startMs + (slowNow() - startMs) * factor);
const slowMonotonic = performance.now.bind(performance);
performance.now = () => slowMonotonic() * factor;
globalThis.setTimeout = Object.assign(
  (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => slowTimeout(callback, ms / factor, ...args),
  slowTimeout,
) as typeof setTimeout;
