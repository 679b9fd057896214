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
import type { Target } from './engine/target.ts';
import { loadTargets } from './engine/targets.ts';

const { values, positionals } = parseArgs({
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
  },
});

const coverage = new Coverage();
coverage.start();
const all = await loadTargets();
const targets = positionals.includes('all') ? all : positionals.map(targetOf);
if (targets.length === 0) list(all);
else if (values.repeat !== undefined) await repeat(targets[0] as Target, values.repeat);
else await run(targets);

function targetOf(name: string): Target {
  const target = all.find((one) => one.name === name);
  if (target === undefined) throw new RangeError(`no target ${name}: npm run fuzz lists them`);
  return target;
}

function list(found: readonly Target[]): void {
  console.log('npm run fuzz -- [TARGET…|all] [--runs N] [--seconds S] [--seed N] [--json] [--save] [--repeat FILE]\n');
  for (const { name, decodes } of found) console.log(`  ${name.padEnd(32)}${decodes.join(', ')}`);
}

async function repeat(target: Target, file: string): Promise<void> {
  await (await target.prepare()).run(new Uint8Array(readFileSync(file)));
  console.log('taken');
}

async function run(chosen: readonly Target[]): Promise<void> {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  const seconds = values.seconds === undefined ? {} : { seconds: Number(values.seconds) };
  if (!values.json) printHead();
  for (const target of chosen) {
    const report = await fuzz(target, { runs: Number(values.runs), seed, coverage, ...seconds });
    if (values.json) printJson(report);
    else printReport(report);
    if (report.problems.length > 0) process.exitCode = 1;
    if (values.save)
      console.log(`saved ${saveCorpus(target.name, await minimise(target, report.corpus, coverage))} of ${target.name}`);
  }
  if (!values.json) console.log(`\nseed ${seed}`);
}
