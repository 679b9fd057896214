import type { Coverage } from './coverage.ts';
import type { Execution } from './execution.ts';
import type { Inputs } from './inputs.ts';

/** Taking coverage costs some milliseconds: a batch takes several times as long. */
const BATCH_MS = 50;
const MOST_IN_BATCH = 4_096;

/** Runs inputs in batches, and finds in a batch that has reached something new the inputs that did. */
export class Search {
  readonly #execution: Execution;
  readonly #inputs: Inputs;
  readonly #coverage: Coverage | undefined;
  #batch = 16;

  constructor(execution: Execution, inputs: Inputs, coverage: Coverage | undefined) {
    this.#execution = execution;
    this.#inputs = inputs;
    this.#coverage = coverage;
  }

  /** Blocks reached so far. */
  get blocks(): number {
    return this.#coverage?.size ?? 0;
  }

  /** Runs what is known already. */
  async begin(known: readonly Uint8Array[]): Promise<void> {
    this.#coverage?.reset();
    await this.#runAll(known);
    this.#coverage?.takeNew();
  }

  /** @returns how many inputs it has run */
  async batch(most: number): Promise<number> {
    const size = Math.min(most, this.#batch);
    const batch = Array.from({ length: size }, () => this.#inputs.next());
    const start = performance.now();
    await this.#runAll(batch);
    const tookMs = performance.now() - start;
    this.#batch = Math.max(1, Math.min(MOST_IN_BATCH, Math.ceil((size * BATCH_MS) / tookMs)));
    const reached = this.#coverage?.takeNew();
    if (reached !== undefined && reached.size > 0) await this.#find(batch, reached);
    return size;
  }

  async #runAll(inputs: readonly Uint8Array[]): Promise<void> {
    for (const input of inputs) {
      const running = this.#execution.run(input);
      if (running !== undefined) await running;
    }
  }

  /** Halves until one input is left, on each side that reaches a part of it. */
  async #find(batch: readonly Uint8Array[], reached: Set<string>): Promise<void> {
    const [input] = batch;
    if (batch.length <= 1) {
      if (input !== undefined) this.#inputs.add(input);
      return;
    }
    const middle = batch.length >> 1;
    const left = batch.slice(0, middle);
    for (const one of left) await this.#execution.repeat(one);
    const byLeft = this.#coverage?.takeBlocks() ?? new Set();
    const [inLeft, rest] = [new Set<string>(), new Set<string>()];
    for (const block of reached) (byLeft.has(block) ? inLeft : rest).add(block);
    if (inLeft.size > 0) await this.#find(left, inLeft);
    if (rest.size === 0) return;
    // What only a first run reaches (a cache that was empty) is found by no second one.
    const right = batch.slice(middle);
    for (const one of right) await this.#execution.repeat(one);
    const byRight = this.#coverage?.takeBlocks() ?? new Set();
    const inRight = new Set([...rest].filter((block) => byRight.has(block)));
    if (inRight.size > 0) await this.#find(right, inRight);
  }
}
