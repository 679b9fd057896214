const FIRST_MS = 200;
const MAX_MS = 30_000;
/** Where a failure is quick and near, a restarting server is likely: try more often. */
const MAX_NEAR_MS = 5_000;
const QUICK_MS = 1_000;

/** How long to wait before the next try, milliseconds: doubling, with jitter (`random` in [0, 1)) over its upper half. */
export function backoff(failure: { attempt: number; host: string; tookMs: number; random: number }): number {
  const max = isLoopback(failure.host) && failure.tookMs < QUICK_MS ? MAX_NEAR_MS : MAX_MS;
  const full = Math.min(max, FIRST_MS * 2 ** Math.min(failure.attempt, 16));
  return full / 2 + (failure.random * full) / 2;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
