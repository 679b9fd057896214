/**
 * Checks the models of the protocol: `npm run models -- [NAME…] [--quick] [--json]`, all of them where no name is given. Ends with 1
 * where something is not as expected, and with 2 where it was told something wrong or a program is missing.
 */
import { parseArgs } from 'node:util';
import { endOnSignals } from '../e2e/support/end-on-signals.ts';
import { findProgram } from '../e2e/support/programs.ts';
import { ask, isExpected, MODELS, type Model, type Search } from './promela.ts';
import { type Found, SpinError } from './spin.ts';

const PROGRAMS = ['spin', 'gcc'];

interface Result {
  readonly model: string;
  readonly search: string;
  readonly expected: string;
  readonly found: string;
  readonly states: number;
  readonly depth: number;
  readonly seconds: number;
  readonly asExpected: boolean;
}

function report(model: Model, search: Search, found: Found): Result {
  return {
    model: model.name,
    search: search.name,
    expected: search.fails ?? 'holds',
    found: found.error ?? 'holds',
    states: found.states,
    depth: found.depth,
    seconds: found.seconds,
    asExpected: isExpected(search, found),
  };
}

async function check(model: Model, search: Search, defines: readonly string[]): Promise<Result> {
  try {
    return report(model, search, await ask(model, search, defines));
  } catch (error) {
    if (!(error instanceof SpinError)) throw error;
    return report(model, search, { error: error.message, states: 0, depth: 0, seconds: 0, unreached: new Set() });
  }
}

function line({ model, search, found, expected, states, depth, seconds, asExpected }: Result): string {
  const figures = `${states.toLocaleString('en').padStart(12)} states  depth ${String(depth).padStart(3)}  ${seconds.toFixed(1).padStart(5)} s`;
  const verdict = asExpected ? 'as expected' : `NOT AS EXPECTED (${expected})`;
  return `${model.padEnd(9)} ${search}\n${figures}  ${verdict}: ${found}`;
}

async function main(): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({ options: { quick: flag, json: flag, help: flag }, allowPositionals: true });
  if (values.help) {
    console.log(`npm run models -- [NAME…] [--quick] [--json]\n\n  ${MODELS.map(({ name }) => name).join('\n  ')}`);
    return 0;
  }
  const unknown = positionals.find((name) => !MODELS.some((model) => model.name === name));
  if (unknown !== undefined) {
    console.error(`there is no model ${unknown}; there are ${MODELS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const missing = PROGRAMS.find((program) => findProgram(program) === undefined);
  if (missing !== undefined) {
    console.error(`needs ${missing}, which is not installed (Debian: apt-get install spin gcc libc6-dev)`);
    return 2;
  }
  const results: Result[] = [];
  for (const model of MODELS) {
    if (positionals.length > 0 && !positionals.includes(model.name)) continue;
    for (const search of model.searches) {
      const defines = values.quick ? search.quick : search.long;
      if (defines === undefined) continue;
      const result = await check(model, search, defines);
      results.push(result);
      console.log(values.json ? JSON.stringify(result) : line(result));
    }
  }
  const wrong = results.filter(({ asExpected }) => !asExpected).length;
  const hold = results.filter(({ expected }) => expected === 'holds').length;
  const total = `${results.length} searches: ${hold} of what holds, ${results.length - hold} of what is to be found; ${wrong} not as expected`;
  if (!values.json) console.log(total);
  return wrong === 0 ? 0 : 1;
}

endOnSignals();
process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 2;
});
