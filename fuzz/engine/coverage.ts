import { type Profiler, Session } from 'node:inspector';

/** Sources whose coverage counts: ours, and the MLS library. */
const COUNTED = /\/packages\/[a-z]+\/src\/(?!gen\/)|\/ts-mls\/dist\//;

/**
 * Which blocks of the counted sources have run, as V8's profiler knows it. Only code that was compiled after `start` is told apart by
 * blocks: import what is measured after it.
 */
export class Coverage {
  readonly #session = new Session();
  #seen = new Set<string>();

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
    this.takeBlocks();
    this.#seen = new Set();
  }

  get size(): number {
    return this.#seen.size;
  }

  /** The blocks that have run since the last call and never before; they count as seen from now on. */
  takeNew(): Set<string> {
    const blocks = this.takeBlocks();
    for (const block of blocks) {
      if (this.#seen.has(block)) blocks.delete(block);
      else this.#seen.add(block);
    }
    return blocks;
  }

  /** All blocks that have run since the last call. */
  takeBlocks(): Set<string> {
    const blocks = new Set<string>();
    for (const { scriptId, url, functions } of this.#take()) {
      if (!COUNTED.test(url)) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0) blocks.add(`${scriptId}:${startOffset}-${endOffset}`);
      }
    }
    return blocks;
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
