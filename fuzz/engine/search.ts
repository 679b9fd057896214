import { type Coverage, type Reached, split } from './coverage.ts';
import type { Execution } from './execution.ts';
import type { Inputs } from './inputs.ts';

/** Taking coverage costs some milliseconds: a batch takes several times as long. */
const BATCH_MS = 50;

/** Runs inputs in batches, and finds in a batch that has reached something new the inputs that did. */
export class Search {
  readonly #execution: Execution;
  readonly #inputs: Inputs;
  readonly #coverage: Coverage | undefined;

  constructor(execution: Execution, inputs: Inputs, coverage: Coverage | undefined) {
    this.#execution = execution;
    this.#inputs = inputs;
    this.#coverage = coverage;
  }

  /** Characters of source reached so far. */
  get code(): number {
    return this.#coverage?.size ?? 0;
  }

  /** Runs what is known already. */
  async begin(known: readonly Uint8Array[]): Promise<void> {
    this.#coverage?.reset();
    for (const input of known) await this.#execution.run(input);
    this.#coverage?.takeNew();
  }

  /** @returns how many inputs it has run */
  async batch(most: number): Promise<number> {
    const batch: Uint8Array[] = [];
    const end = performance.now() + BATCH_MS;
    // Inputs of one target may take very different times.
    do {
      const input = this.#inputs.next();
      batch.push(input);
      const running = this.#execution.run(input);
      if (running !== undefined) await running;
    } while (batch.length < most && performance.now() < end);
    const reached = this.#coverage?.takeNew();
    if (reached !== undefined && reached.size > 0) await this.#find(batch, reached);
    return batch.length;
  }

  /** Halves until one input is left, on each side that reaches a part of it. */
  async #find(batch: readonly Uint8Array[], wanted: Reached): Promise<void> {
    const [input] = batch;
    if (batch.length <= 1) {
      if (input !== undefined) this.#inputs.add(input);
      return;
    }
    const middle = batch.length >> 1;
    let missing = wanted;
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      if (missing.size === 0) return;
      for (const one of half) await this.#execution.repeat(one);
      // What only a first run reaches (a cache that was empty, say) is found by no second one.
      const { within, without } = split(missing, this.#coverage?.take() ?? new Map());
      if (within.size > 0) await this.#find(half, within);
      missing = without;
    }
  }
}
