/**
 * Runs a harness in its long version: `npm run harness -- NAME [--quick] [--FIGURE N …] [--json]`, or lists them. Ends with 1 where
 * something was not as it should be, and with 2 where it was told something wrong or cannot run here.
 */
import { parseArgs } from 'node:util';
import type { Figures, Harness } from './harness.ts';
import { endOnSignals } from '../support/end-on-signals.ts';
import { HARNESSES } from './index.ts';

/** What was typed makes no sense; the message says why. */
class UsageError extends Error {}

function list(): void {
  console.log('npm run harness -- NAME [--quick] [--FIGURE N …] [--json]\n');
  for (const [name, { what, long }] of Object.entries(HARNESSES)) {
    const figures = Object.entries(long).map(([figure, value]) => `--${figure} ${value}`);
    console.log(`${name.padEnd(14)} ${what}\n${' '.repeat(14)} ${figures.join(' ')}`);
  }
}

/** Those of the long or the quick version, but for what is given on the command line. */
function figuresOf({ long, quick }: Harness, argumentList: readonly string[]): { figures: Figures; json: boolean } {
  const { json = false, quick: isQuick = false, ...given } = parse(argumentList, Object.keys(long));
  const changed = Object.entries(given).map(([figure, text]): [string, number] => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0) throw new UsageError(`--${figure} is a whole number`);
    return [figure, value];
  });
  return { figures: { ...(isQuick ? quick : long), ...Object.fromEntries(changed) }, json };
}

type Given = { json?: boolean; quick?: boolean } & Record<string, string | undefined>;

function parse(argumentList: readonly string[], figures: readonly string[]): Given {
  const options = Object.fromEntries(figures.map((figure) => [figure, { type: 'string' as const }]));
  const flags = { json: { type: 'boolean' }, quick: { type: 'boolean' } } as const;
  try {
    return parseArgs({ args: [...argumentList], options: { ...options, ...flags } }).values as Given;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function main(name: string | undefined, rest: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help') {
    list();
    return 0;
  }
  const harness = Object.hasOwn(HARNESSES, name) ? HARNESSES[name] : undefined;
  if (harness === undefined) {
    console.error(`there is no harness ${name}:\n`);
    list();
    return 2;
  }
  const { figures, json } = figuresOf(harness, rest);
  const reason = harness.unless?.() ?? false;
  if (reason !== false) {
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

endOnSignals();
const [name, ...rest] = process.argv.slice(2);
process.exitCode = await main(name, rest).catch((error: unknown) => {
  if (error instanceof UsageError) {
    console.error(error.message);
    return 2;
  }
  console.error(error instanceof Error ? error.stack : error);
  return 1;
});
