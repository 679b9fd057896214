import type { Worker } from 'node:worker_threads';
import { isReading } from '../store.ts';
import { StoreError } from '../store-error.ts';
import type { Arguments, Call, FromWorker, Method, Results, ToWorker } from './calls.ts';
import { BatchCopier } from './copy.ts';
import { FULL } from './disk-full.ts';

interface Pending {
  readonly call: Call;
  readonly resolve: (result: Results[Method]) => void;
  readonly reject: (error: StoreError) => void;
}

interface Batch {
  readonly calls: readonly Pending[];
  /** How many batches were known to have had no space when it was sent. */
  readonly failures: number;
}

/** One is carried out while the other waits, so that the worker need not. */
const MAX_UNDER_WAY = 2;

/**
 * Gathers calls and sends them to the worker as batches. Whatever is called while enough are under way, and at least
 * everything called in one turn of the event loop, makes the next: the slower the disk, the larger the groups.
 */
export class Batches {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #queue: Pending[] = [];
  /** Of the calls in the queue. */
  #copier = new BatchCopier();
  /** Batches sent and not yet answered, in order. */
  #underWay: Batch[] = [];
  /** A batch will be sent at the end of this turn. */
  #scheduled = false;
  /** Why calls are rejected. */
  #refusal: StoreError | undefined;
  /** How many batches the worker had no space for. */
  #failures = 0;
  /** Calls that write are rejected: some before them were, or will be, and those who made these may not know yet. */
  #isFull = false;
  #calls = 0;
  #transactions = 0;

  /** The worker has said `opened`. */
  constructor(worker: Worker) {
    this.#worker = worker;
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#break(error instanceof Error ? error.message : 'the worker failed'));
    worker.on('exit', () => this.#break('the worker has ended'));
  }

  get stats(): { readonly calls: number; readonly transactions: number } {
    return { calls: this.#calls, transactions: this.#transactions };
  }

  call<M extends Method>(method: M, ...args: Arguments[M]): Promise<Results[M]> {
    return new Promise<Results[M]>((resolve, reject) => {
      if (this.#refusal !== undefined) throw this.#refusal;
      if (this.#isFull && !isReading(method)) throw new StoreError('full', FULL);
      const call: Call<M> = { method, args: this.#copier.copy(args) };
      // The worker answers a batch in its order: this result is that of this call.
      this.#queue.push({ call: call as Call, resolve: (result) => resolve(result as Results[M]), reject });
      this.#sendAtEndOfTurn();
    });
  }

  /** Rejects further calls; resolves when those made before are carried out and the worker has ended. */
  close(): Promise<void> {
    if (this.#refusal === undefined) {
      this.#refusal = new StoreError('closed', 'the store is closed');
      this.#sendAtEndOfTurn();
    }
    return this.#exited;
  }

  #sendAtEndOfTurn(): void {
    if (this.#scheduled || this.#underWay.length === MAX_UNDER_WAY) return;
    this.#scheduled = true;
    setImmediate(() => this.#send());
  }

  #send(): void {
    this.#scheduled = false;
    const calls = this.#queue;
    const failures = this.#failures;
    const { buffers } = this.#copier;
    this.#queue = [];
    this.#copier = new BatchCopier();
    if (calls.length > 0) {
      this.#underWay.push({ calls, failures });
      this.#post({ kind: 'batch', calls: calls.map((pending) => pending.call), failures }, buffers);
    } else if (this.#refusal !== undefined && this.#underWay.length === 0) {
      this.#post({ kind: 'close' });
    }
  }

  #post(message: ToWorker, buffers: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, buffers);
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'failed') this.#break(message.message);
    if (message.kind !== 'committed' && message.kind !== 'full') return;
    const done = this.#underWay.shift()?.calls ?? [];
    if (message.kind === 'full') this.#refuse(done, message);
    else {
      this.#calls += done.length;
      this.#transactions += 1;
      for (const [index, pending] of done.entries()) pending.resolve(message.results[index]);
    }
    if (this.#queue.length > 0 || this.#refusal !== undefined) this.#sendAtEndOfTurn();
  }

  /**
   * There was no space: whatever writes and was called up to now, and in this turn, is rejected, in order. A batch that was sent
   * before this was known comes back like it; until it has, nothing that was called after it may be carried out.
   */
  #refuse(batch: readonly Pending[], { results, failures }: Extract<FromWorker, { kind: 'full' }>): void {
    const error = new StoreError('full', FULL);
    for (const [index, pending] of batch.entries()) {
      if (isReading(pending.call.method)) pending.resolve(results[index]);
      else pending.reject(error);
    }
    this.#failures = failures;
    for (const pending of this.#queue) if (!isReading(pending.call.method)) pending.reject(error);
    this.#queue = this.#queue.filter((pending) => isReading(pending.call.method));
    this.#isFull = true;
    setImmediate(() => {
      this.#isFull = this.#underWay.some((sent) => sent.failures < this.#failures);
    });
  }

  #break(message: string): void {
    const error = new StoreError('broken', message);
    this.#refusal ??= error;
    const lost = [...this.#underWay.flatMap(({ calls }) => calls), ...this.#queue];
    this.#underWay = [];
    this.#queue = [];
    for (const pending of lost) pending.reject(error);
  }
}
