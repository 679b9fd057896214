import type { Worker } from 'node:worker_threads';
import type { Arguments, Call, FromWorker, Method, Results, ToWorker } from './calls.ts';
import { copyArguments } from './copy.ts';
import { StoreError } from './errors.ts';

interface Pending {
  readonly call: Call;
  readonly resolve: (result: Results[Method]) => void;
  readonly reject: (error: StoreError) => void;
}

/**
 * Gathers calls and sends them to the worker as batches. At most one is under way; whatever is called meanwhile, and at least
 * everything called in one turn of the event loop, makes the next: the slower the disk, the larger the groups.
 */
export class Batches {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #queue: Pending[] = [];
  #underWay: readonly Pending[] = [];
  /** A batch is under way, or will be sent at the end of this turn. */
  #busy = false;
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
    if (this.#busy) return;
    this.#busy = true;
    setImmediate(() => this.#send());
  }

  #send(): void {
    this.#underWay = this.#queue;
    this.#queue = [];
    if (this.#underWay.length > 0) this.#post({ kind: 'batch', calls: this.#underWay.map((pending) => pending.call) });
    else if (this.#refusal !== undefined) this.#post({ kind: 'close' });
    else this.#busy = false;
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'failed') this.#break(message.message);
    if (message.kind !== 'committed') return;
    const done = this.#underWay;
    this.#underWay = [];
    this.#calls += done.length;
    this.#transactions += 1;
    for (const [index, pending] of done.entries()) {
      const result = message.results[index];
      pending.resolve(result);
    }
    this.#busy = false;
    if (this.#queue.length > 0 || this.#refusal !== undefined) this.#sendAtEndOfTurn();
  }

  #break(message: string): void {
    const error = new StoreError('broken', message);
    this.#refusal ??= error;
    const lost = [...this.#underWay, ...this.#queue];
    this.#underWay = [];
    this.#queue = [];
    for (const pending of lost) pending.reject(error);
  }
}
