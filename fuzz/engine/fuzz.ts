import type { Coverage } from './coverage.ts';
import { Execution, type Problem, withStacks } from './execution.ts';
import { readCorpus } from './files.ts';
import { Inputs } from './inputs.ts';
import { heldBytes } from './memory.ts';
import { Random } from './random.ts';
import { Search } from './search.ts';
import type { Target } from './target.ts';

/** What a run may hold more at its end than after a tenth of it, bytes. */
const MOST_GROWTH = 16 * 1_024 * 1_024;
/** Shorter runs say nothing about memory. */
const RUNS_FOR_MEMORY = 20_000;

interface FuzzOptions {
  readonly runs: number;
  /** Ends it sooner. */
  readonly seconds?: number;
  readonly seed: number;
  /** Without it inputs are not chosen by what they reach. */
  readonly coverage?: Coverage;
}

export interface Report {
  readonly target: string;
  readonly seed: number;
  readonly runs: number;
  readonly taken: number;
  readonly refused: number;
  readonly seconds: number;
  readonly slowestMs: number;
  /** Characters of source that corpus and seeds reach, and all that were reached; 0 without coverage. */
  readonly codeAtFirst: number;
  readonly code: number;
  readonly corpus: readonly Uint8Array[];
  /** Bytes held more than after a tenth of the run; `undefined` where it was too short. */
  readonly growth: number | undefined;
  readonly problems: readonly Problem[];
}

/** Runs the whole corpus of a target, then as many inputs as asked for. */
export function fuzz(target: Target, options: FuzzOptions): Promise<Report> {
  return withStacks(() => run(target, options), 0);
}

async function run(target: Target, options: FuzzOptions): Promise<Report> {
  const prepared = await target.prepare();
  const execution = new Execution(target, prepared);
  const known = [new Uint8Array(0), ...readCorpus(target.name), ...(prepared.seeds ?? [])];
  const inputs = new Inputs(new Random(options.seed), prepared, known, target.maxLength);
  const search = new Search(execution, inputs, options.coverage);
  await search.begin(known);
  const codeAtFirst = search.code;

  const start = performance.now();
  const isOver = () => execution.hasEnough || performance.now() - start > (options.seconds ?? Number.POSITIVE_INFINITY) * 1_000;
  let runs = 0;
  let heldBefore: number | undefined;
  while (runs < options.runs && !isOver()) {
    runs += await search.batch(options.runs - runs);
    if (heldBefore === undefined && isTenth(runs, options, performance.now() - start)) heldBefore = await heldBytes();
  }
  const seconds = (performance.now() - start) / 1_000;
  await prepared.finish?.();
  const growth = heldBefore === undefined || runs < RUNS_FOR_MEMORY ? undefined : (await heldBytes()) - heldBefore;
  const { taken, refused, slowestMs } = execution;
  return {
    target: target.name,
    seed: options.seed,
    runs: runs + known.length,
    taken,
    refused,
    seconds,
    slowestMs,
    codeAtFirst,
    code: search.code,
    corpus: inputs.corpus,
    growth,
    problems: [...execution.problems, ...growthProblem(target, growth)],
  };
}

function isTenth(runs: number, options: FuzzOptions, elapsedMs: number): boolean {
  return runs >= options.runs / 10 || elapsedMs > (options.seconds ?? Number.POSITIVE_INFINITY) * 100;
}

function growthProblem({ name }: Target, growth: number | undefined): Problem[] {
  if (growth === undefined || growth <= MOST_GROWTH) return [];
  return [{ isCrash: false, what: `holds ${growth} bytes more at the end`, file: '', command: `npm run fuzz -- ${name}` }];
}
