/** Milliseconds. */
export class Latencies {
  readonly #sorted: readonly number[];

  constructor(samples: readonly number[]) {
    this.#sorted = samples.toSorted((a, b) => a - b);
  }

  /** From the shortest to the longest. */
  get all(): readonly number[] {
    return this.#sorted;
  }

  get count(): number {
    return this.#sorted.length;
  }

  /** What so many percent of all were not above. */
  percentile(percent: number): number {
    const index = Math.ceil((this.#sorted.length * percent) / 100) - 1;
    return this.#sorted[Math.max(0, index)] ?? Number.NaN;
  }
}
