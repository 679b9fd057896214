import type { MailboxLimits } from '../entries.ts';
import type { Store } from '../store.ts';
import type { StoreErrorReason } from '../store-error.ts';

/** Main thread and worker agree on this file: every method of the store but `close` is a call that crosses between them. */
export type Method = Exclude<keyof Store, 'close'>;
export type Arguments = { [M in Method]: Parameters<Store[M]> };
export type Results = { [M in Method]: Awaited<ReturnType<Store[M]>> };

/**
 * What the worker does for each method, inside a transaction that is already open. Checks come first: a refusal writes nothing.
 */
export type Handlers = { readonly [M in Method]: (...args: Arguments[M]) => Results[M] };

export type Call<M extends Method = Method> = { [K in M]: { readonly method: K; readonly args: Arguments[K] } }[M];

export type ToWorker =
  /** `failures`: how many batches had no space, as far as the main thread knows. */
  { readonly kind: 'batch'; readonly calls: readonly Call[]; readonly failures: number } | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'opened' }
  /** The batch is committed; one result for each of its calls, in order. */
  | { readonly kind: 'committed'; readonly results: readonly Results[Method][] }
  /**
   * There is no space: nothing of the batch was kept. What its reading calls have found, in order; `undefined` for the others.
   * Batches that were sent before this was known end in the same way, untried: they follow what is missing.
   */
  | { readonly kind: 'full'; readonly results: readonly Results[Method][]; readonly failures: number }
  /** Nothing of the batch was kept, and the worker takes no more. Also the answer where the file could not be opened. */
  | { readonly kind: 'failed'; readonly reason: StoreErrorReason; readonly message: string }
  | { readonly kind: 'closed' };

export interface WorkerOptions {
  readonly file: string;
  readonly busyTimeoutMs: number;
  readonly mailboxes: MailboxLimits;
}
