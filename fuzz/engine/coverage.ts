import { type Profiler, Session } from 'node:inspector';

/** Sources whose coverage counts: ours, and the MLS library. */
const COUNTED = /\/packages\/[a-z]+\/src\/(?!gen\/)|\/ts-mls\/dist\//;

/** Characters of source that have run, one byte each, by function. */
export type Reached = Map<string, Uint8Array>;

/**
 * Which code of the counted sources has run, as V8's profiler knows it. Only code that was compiled after `start` is told apart by
 * blocks: import what is measured after it.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #counted: RegExp;
  #seen: Reached = new Map();
  #size = 0;

  constructor(counted = COUNTED) {
    this.#counted = counted;
  }

  start(): void {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    // With counts, since those start anew each time they are taken.
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  stop(): void {
    this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  /** Forgets what was seen, and what has run since the last call. */
  reset(): void {
    this.take();
    this.#seen = new Map();
    this.#size = 0;
  }

  /** Characters of source that have run. */
  get size(): number {
    return this.#size;
  }

  /** What has run since the last call and never before; it counts as seen from now on. */
  takeNew(): Reached {
    const fresh: Reached = new Map();
    for (const [code, covered] of this.take()) {
      const seen = this.#seen.get(code) ?? new Uint8Array(covered.length);
      this.#seen.set(code, seen);
      let count = 0;
      for (let i = 0; i < covered.length; i += 1) {
        if (seen[i] === 1) covered[i] = 0;
        else if (covered[i] === 1) {
          seen[i] = 1;
          count += 1;
        }
      }
      if (count > 0) fresh.set(code, covered);
      this.#size += count;
    }
    return fresh;
  }

  /**
   * All that has run since the last call. V8 says it in ranges within each other, of which the innermost counts, and puts neighbours that
   * ran equally often together: ranges of one call cannot be compared with those of another, characters can.
   */
  take(): Reached {
    const reached: Reached = new Map();
    for (const { scriptId, url, functions } of this.#take()) {
      if (!this.#counted.test(url)) continue;
      for (const { ranges } of functions) {
        const [whole] = ranges;
        if (whole === undefined || !ranges.some(({ count }) => count > 0)) continue;
        const { startOffset: start, endOffset: end } = whole;
        const covered = new Uint8Array(end - start);
        for (const { startOffset, endOffset, count } of ranges)
          covered.fill(Math.min(count, 1), startOffset - start, endOffset - start);
        reached.set(`${scriptId}:${start}-${end}`, covered);
      }
    }
    return reached;
  }

  #take(): Profiler.ScriptCoverage[] {
    let taken: Profiler.ScriptCoverage[] | undefined;
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error === null) taken = result;
    });
    // A session of the same thread answers before it returns.
    if (taken === undefined) throw new Error('V8 gives no coverage');
    return taken;
  }
}

/** What of `wanted` is in `reached`, and what is not. */
export function split(wanted: Reached, reached: Reached): { within: Reached; without: Reached } {
  const [within, without]: [Reached, Reached] = [new Map(), new Map()];
  for (const [code, bits] of wanted) {
    const covered = reached.get(code);
    const both = bits.map((bit, i) => bit & (covered?.[i] ?? 0));
    const rest = bits.map((bit, i) => bit & ~(both[i] as number));
    if (both.includes(1)) within.set(code, both);
    if (rest.includes(1)) without.set(code, rest);
  }
  return { within, without };
}
