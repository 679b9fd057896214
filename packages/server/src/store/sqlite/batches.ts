import type { Worker } from 'node:worker_threads';
import type { Arguments, Call, FromWorker, Method, Results, ToWorker } from './calls.ts';
import { copyArguments } from './copy.ts';
import { StoreError } from './errors.ts';

interface Pending {
  readonly call: Call;
  readonly resolve: (result: Results[Method]) => void;
  readonly reject: (error: StoreError) => void;
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
  /** Batches sent and not yet answered, in order. */
  #underWay: (readonly Pending[])[] = [];
  /** A batch will be sent at the end of this turn. */
  #scheduled = false;
  /** Why calls are rejected. */
  #refusal: StoreError | undefined;
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

  async call<M extends Method>(method: M, ...args: Arguments[M]): Promise<Results[M]> {
    if (this.#refusal !== undefined) throw this.#refusal;
    const call: Call<M> = { method, args: copyArguments(args) };
    return new Promise<Results[M]>((resolve, reject) => {
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
    const batch = this.#queue;
    this.#queue = [];
    if (batch.length > 0) {
      this.#underWay.push(batch);
      this.#post({ kind: 'batch', calls: batch.map((pending) => pending.call) });
    } else if (this.#refusal !== undefined && this.#underWay.length === 0) {
      this.#post({ kind: 'close' });
    }
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'failed') this.#break(message.message);
    if (message.kind !== 'committed') return;
    const done = this.#underWay.shift() ?? [];
    this.#calls += done.length;
    this.#transactions += 1;
    for (const [index, pending] of done.entries()) {
      const result = message.results[index];
      pending.resolve(result);
    }
    if (this.#queue.length > 0 || this.#refusal !== undefined) this.#sendAtEndOfTurn();
  }

  #break(message: string): void {
    const error = new StoreError('broken', message);
    this.#refusal ??= error;
    const lost = [...this.#underWay.flat(), ...this.#queue];
    this.#underWay = [];
    this.#queue = [];
    for (const pending of lost) pending.reject(error);
  }
}
