/**
 * Runs a harness in its long version: `npm run harness -- NAME [--FIGURE N …] [--json]`, or lists them. Ends with 1 where something
 * was not as it should be, and with 2 where it cannot run.
 */
import { parseArgs } from 'node:util';
import type { Figures, Harness } from './harness.ts';
import { HARNESSES } from './index.ts';

function list(): void {
  console.log('npm run harness -- NAME [--FIGURE N …] [--json]\n');
  for (const [name, { what, long }] of Object.entries(HARNESSES)) {
    const figures = Object.entries(long).map(([figure, value]) => `--${figure} ${value}`);
    console.log(`${name.padEnd(14)} ${what}\n${' '.repeat(14)} ${figures.join(' ')}`);
  }
}

/** What was given on the command line in the place of the long version's. */
function figuresOf(harness: Harness, argumentList: string[]): { figures: Figures; json: boolean } {
  const options = Object.fromEntries(Object.keys(harness.long).map((figure) => [figure, { type: 'string' as const }]));
  const { values } = parseArgs({ args: argumentList, options: { ...options, json: { type: 'boolean' } } });
  const { json = false, ...given } = values as { json?: boolean } & Record<string, string | undefined>;
  const changed = Object.entries(given).map(([figure, text]): [string, number] => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${figure} is a whole number`);
    return [figure, value];
  });
  return { figures: { ...harness.long, ...Object.fromEntries(changed) }, json };
}

async function main(name: string, rest: string[]): Promise<number> {
  const harness = HARNESSES[name];
  if (harness === undefined) {
    list();
    return 2;
  }
  const { figures, json } = figuresOf(harness, rest);
  const reason = harness.unable?.();
  if (reason !== undefined) {
    console.error(`${name} cannot run here: ${reason}`);
    return 2;
  }
  const start = Date.now();
  const { counts, problems } = await harness.run(figures, (line) => {
    if (!json) console.log(`${((Date.now() - start) / 1_000).toFixed(0).padStart(4)} s  ${line}`);
  });
  if (json) console.log(JSON.stringify({ harness: name, figures, counts, problems }));
  else {
    for (const [what, count] of Object.entries(counts)) console.log(`${what.padEnd(30)} ${count}`);
    for (const problem of problems) console.log(`PROBLEM: ${problem}`);
    console.log(problems.length === 0 ? 'all as it should be' : `${problems.length} problems`);
  }
  return problems.length === 0 ? 0 : 1;
}

const [name = '', ...rest] = process.argv.slice(2);
process.exitCode = await main(name, rest).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});
