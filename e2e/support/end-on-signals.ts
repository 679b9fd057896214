import { constants } from 'node:os';

/** From now on Ctrl+C and the like end this process as it would end by itself: what listens to `exit` puts things in order. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}
