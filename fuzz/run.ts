/**
 * Fuzzes decoders, guided by coverage: `npm run fuzz -- [TARGET…|all] [--runs N] [--seconds S] [--seed N] [--json] [--save]`, and
 * `npm run fuzz -- TARGET --repeat FILE` for one input. Without a target it lists them. See fuzz/README.md.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Coverage } from './engine/coverage.ts';
import { saveCorpus } from './engine/files.ts';
import { fuzz } from './engine/fuzz.ts';
import { minimise } from './engine/minimise.ts';
import { printHead, printJson, printReport } from './engine/print.ts';
import { NotTaken, type Target } from './engine/target.ts';
import { loadTargets } from './engine/targets.ts';

const USAGE = 'npm run fuzz -- [TARGET…|all] [--runs N] [--seconds S] [--seed N] [--json] [--save] [--repeat FILE]';
const WRONG_USAGE = 2;

/** What was typed makes no sense; the message says why. */
class UsageError extends Error {}

const coverage = new Coverage();

async function main(): Promise<void> {
  const { values, positionals } = parse();
  coverage.start();
  const all = await loadTargets();
  const targets = positionals.includes('all') ? all : positionals.map((name) => targetOf(all, name));
  const [first] = targets;
  if (values.help || first === undefined) list(all);
  else if (values.repeat !== undefined) await repeat(first, values.repeat);
  else await run(targets, values);
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        runs: { type: 'string', default: '1000000' },
        /** For each target. */
        seconds: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        /** Adds to the committed corpus what reaches something that it does not. */
        save: { type: 'boolean', default: false },
        repeat: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError */
function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new UsageError(`--${option} is a whole number`);
  return number;
}

function targetOf(all: readonly Target[], name: string): Target {
  const target = all.find((one) => one.name === name);
  if (target === undefined) throw new UsageError(`there is no target ${name}: npm run fuzz lists them`);
  return target;
}

function list(found: readonly Target[]): void {
  console.log(`${USAGE}\n`);
  for (const { name, decodes } of found) console.log(`  ${name.padEnd(32)}${decodes.join(', ')}`);
}

async function repeat(target: Target, file: string): Promise<void> {
  const input = new Uint8Array(readInput(file));
  const prepared = await target.prepare();
  try {
    await prepared.run(input);
    console.log('taken');
  } catch (error) {
    const mayRefuse = [NotTaken, ...target.refuses].some((known) => error instanceof known);
    if (!mayRefuse) throw error;
    console.log(`refused, as it may be: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws UsageError */
function readInput(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function run(chosen: readonly Target[], values: ReturnType<typeof parse>['values']): Promise<void> {
  const runs = wholeNumber('runs', values.runs);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : wholeNumber('seed', values.seed);
  const seconds = values.seconds === undefined ? {} : { seconds: wholeNumber('seconds', values.seconds) };
  if (!values.json) printHead();
  for (const target of chosen) {
    const report = await fuzz(target, { runs, seed, coverage, ...seconds });
    if (values.json) printJson(report);
    else printReport(report);
    if (report.problems.length > 0) process.exitCode = 1;
    if (values.save)
      console.log(`saved ${saveCorpus(target.name, await minimise(target, report.corpus, coverage))} of ${target.name}`);
  }
  if (!values.json) console.log(`\nseed ${seed}`);
}

await main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = WRONG_USAGE;
});
