import { saveCrash } from './files.ts';
import { shrink } from './shrink.ts';
import { NotTaken, type Prepared, type Target } from './target.ts';

/** An input may take so long, whatever is in it. */
const MOST_MS = 1_000;
const MOST_PROBLEMS = 5;

export interface Problem {
  /** An error that is not the target's own, or a property that does not hold; else time or memory. */
  readonly isCrash: boolean;
  readonly what: string;
  /** Where the input is, and what runs it again. */
  readonly file: string;
  readonly command: string;
}

/** Runs inputs, and keeps what went wrong: each kind of failure once, with the smallest input found for it. */
export class Execution {
  readonly #target: Target;
  readonly #prepared: Prepared;
  readonly #problems = new Map<string, Problem>();
  taken = 0;
  refused = 0;
  slowestMs = 0;

  constructor(target: Target, prepared: Prepared) {
    this.#target = target;
    this.#prepared = prepared;
  }

  get problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  /** No use in going on. */
  get hasEnough(): boolean {
    return this.#problems.size >= MOST_PROBLEMS;
  }

  /** A promise only where the target needs one: waiting costs more than most decoders. */
  run(input: Uint8Array): Promise<void> | undefined {
    const start = performance.now();
    const failure = this.#failure(input);
    if (failure instanceof Promise) return failure.then((error) => this.#judge(input, error, performance.now() - start));
    return this.#judge(input, failure, performance.now() - start);
  }

  /** Again, for its coverage alone. */
  async repeat(input: Uint8Array): Promise<Error | undefined> {
    const { taken, refused } = this;
    const failure = await this.#failure(input);
    Object.assign(this, { taken, refused });
    return failure;
  }

  #judge(input: Uint8Array, failure: Error | undefined, tookMs: number): Promise<void> | undefined {
    if (failure !== undefined) return this.#note(input, failure);
    if (tookMs > MOST_MS) return this.#checkSlow(input);
    if (tookMs > this.slowestMs) this.slowestMs = tookMs;
    return undefined;
  }

  #failure(input: Uint8Array): Promise<Error | undefined> | Error | undefined {
    try {
      // A copy: what decodes may keep views of it.
      const running = this.#prepared.run(input.slice());
      if (running === undefined) return this.#took();
      return running.then(
        () => this.#took(),
        (error: unknown) => this.#threw(error),
      );
    } catch (error) {
      return this.#threw(error);
    }
  }

  #took(): undefined {
    this.taken += 1;
  }

  #threw(error: unknown): Error | undefined {
    if (error instanceof NotTaken || this.#target.refuses.some((known) => error instanceof known)) {
      this.refused += 1;
      return undefined;
    }
    return error instanceof Error ? error : new Error(`thrown: ${String(error)}`);
  }

  async #note(input: Uint8Array, first: Error): Promise<void> {
    const failure = await withStacks(async () => (await this.repeat(input)) ?? first);
    const kind = kindOf(failure);
    if (this.#problems.has(kind) || this.hasEnough) return;
    const small = await withStacks(() =>
      shrink(input, async (candidate) => {
        const again = await this.repeat(candidate);
        return again !== undefined && kindOf(again) === kind;
      }),
    );
    this.#keep(kind, true, small, failure.stack ?? kind);
  }

  /** Twice, since the machine may have been busy with something else. */
  async #checkSlow(input: Uint8Array): Promise<void> {
    const start = performance.now();
    await this.repeat(input);
    const tookMs = performance.now() - start;
    if (tookMs > MOST_MS) this.#keep('slow', false, input, `takes ${tookMs.toFixed(0)} ms`);
    else this.slowestMs = Math.max(this.slowestMs, tookMs);
  }

  #keep(kind: string, isCrash: boolean, input: Uint8Array, what: string): void {
    const file = saveCrash(this.#target.name, input);
    this.#problems.set(kind, { isCrash, what, file, command: `npm run fuzz -- ${this.#target.name} --repeat ${file}` });
  }
}

/** What refuses throws, and most of the time of a refusal would go into a stack that nobody reads. */
export async function withStacks<T>(work: () => Promise<T>, frames = 20): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = frames;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Failures of one kind come from one place. */
function kindOf({ name, message, stack = '' }: Error): string {
  const [where = message] = /\n\s+at .*/.exec(stack) ?? [];
  return `${name} ${where}`;
}
