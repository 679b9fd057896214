import type { Store } from '../store/store.ts';

/**
 * The same store; `onBroken` hears of the first exception that means it is broken. (A `RangeError` means that its caller broke a
 * rule and nothing was done.)
 */
export function watchStore(store: Store, onBroken: (error: unknown) => void): Store {
  let isBroken = false;
  const report = (error: unknown): never => {
    if (!isBroken && !(error instanceof RangeError)) {
      isBroken = true;
      onBroken(error);
    }
    throw error;
  };
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => (Reflect.apply(method, target, args) as Promise<unknown>).catch(report);
    },
  });
}
