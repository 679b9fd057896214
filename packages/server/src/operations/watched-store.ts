import type { Clock } from '../clock.ts';
import { isReading, type Store } from '../store/store.ts';
import { isFull } from '../store/store-error.ts';
import type { Log } from './log.ts';

/** A full disk is logged no more often, however many writes it refuses. */
const SAY_AGAIN_MS = 60_000;

/**
 * The same store; `onBroken` hears of the first exception that means it is broken. (A `RangeError` means that its caller broke a
 * rule and nothing was done.) A disk that is full is logged now and then, and that it has space again once.
 */
export function watchStore(
  store: Store,
  { clock, log, onBroken }: { clock: Clock; log: Log; onBroken: (error: unknown) => void },
): Store {
  const space = new Space(clock, log);
  let isBroken = false;
  const report = (error: unknown): never => {
    if (isFull(error)) space.isMissing();
    else if (!isBroken && !(error instanceof RangeError)) {
      isBroken = true;
      onBroken(error);
    }
    throw error;
  };
  const written = <Result>(result: Result): Result => {
    if (isWritten(result)) space.isThere();
    return result;
  };
  const watched = new Map<PropertyKey, unknown>();
  const watch = (name: PropertyKey, method: (...args: unknown[]) => Promise<unknown>) => {
    const onResult = isReading(name) ? undefined : written;
    const call = async (...args: unknown[]): Promise<unknown> => method.apply(store, args);
    return (...args: unknown[]) => call(...args).then(onResult, report);
  };
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      if (!watched.has(name)) watched.set(name, watch(name, method as () => Promise<unknown>));
      return watched.get(name);
    },
  });
}

/** Whether a call has certainly written something: one that was refused has not, nor a login that failed. */
function isWritten(result: unknown): boolean {
  return result !== undefined && !(typeof result === 'object' && result !== null && 'refused' in result);
}

/** What is said of a disk that is full. */
class Space {
  readonly #clock: Clock;
  readonly #log: Log;
  /** Monotonic; `undefined`: the last write found space. */
  #saidMs: number | undefined;
  #refused = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  isMissing(): void {
    this.#refused += 1;
    const nowMs = this.#clock.monotonicMs();
    if (this.#saidMs !== undefined && nowMs - this.#saidMs < SAY_AGAIN_MS) return;
    this.#saidMs = nowMs;
    this.#log.error('the disk is full: nothing is written until there is space', { count: this.#refused });
  }

  isThere(): void {
    if (this.#saidMs === undefined) return;
    this.#saidMs = undefined;
    this.#log.warn('the disk has space again', { count: this.#refused });
    this.#refused = 0;
  }
}
