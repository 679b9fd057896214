import fc from 'fast-check';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import type { Prepared } from './target.ts';

/** Making a structured input costs more than decoding one: so many are made at once, and each is used several times, changed. */
const SAMPLE = 256;
const USES = 32;
const MOST_CORPUS = 2_000;

/** Makes inputs: changes of those in the corpus mostly, structured ones, and a few of random bytes. */
export class Inputs {
  readonly corpus: Uint8Array[];
  readonly #random: Random;
  readonly #prepared: Prepared;
  readonly #maxLength: number;
  #structured: Uint8Array[] = [];
  #usesLeft = 0;

  constructor(random: Random, prepared: Prepared, corpus: readonly Uint8Array[], maxLength: number) {
    this.#random = random;
    this.#prepared = prepared;
    this.#maxLength = maxLength;
    this.corpus = corpus.length === 0 ? [new Uint8Array(0)] : [...corpus];
  }

  /** An input that has reached something new. */
  add(input: Uint8Array): void {
    if (this.corpus.length < MOST_CORPUS) this.corpus.push(input);
  }

  next(): Uint8Array {
    const random = this.#random;
    const kind = random.below(32);
    if (kind === 0) return random.bytes(random.below(Math.min(this.#maxLength, 400)));
    if (kind <= 12 && this.#prepared.structured !== undefined) return this.#nextStructured(this.#prepared.structured);
    return this.#mutated(random.pick(this.corpus));
  }

  #mutated(input: Uint8Array): Uint8Array {
    const material = { other: this.#random.pick(this.corpus), tokens: this.#prepared.tokens ?? [] };
    return mutate(this.#random, input, material, this.#maxLength);
  }

  #nextStructured(structured: fc.Arbitrary<Uint8Array>): Uint8Array {
    if (this.#usesLeft === 0) {
      this.#structured = fc.sample(structured, { numRuns: SAMPLE, seed: this.#random.u32() | 0 });
      this.#usesLeft = USES * SAMPLE;
    }
    const made = this.#structured[this.#usesLeft % SAMPLE] as Uint8Array;
    const isFresh = this.#usesLeft > (USES - 1) * SAMPLE;
    this.#usesLeft -= 1;
    return isFresh ? made.slice(0, this.#maxLength) : this.#mutated(made);
  }
}
