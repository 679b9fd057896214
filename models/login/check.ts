/**
 * Asks ProVerif about the login: `npm run models:login [-- [--json] NAME…]`, all cases if none is named. Ends with 1 where an answer
 * is not what it must be, and with 2 where it was told something wrong or there is no ProVerif.
 */
import { parseArgs } from 'node:util';
import { endOnSignals } from '../../e2e/support/end-on-signals.ts';
import { CASES } from './cases.ts';
import { type Checked, checkLogin } from './check-login.ts';
import { ProVerifMissing } from './proverif.ts';

const WRONG_USAGE = 2;

/** What was typed makes no sense; the message says why. */
class UsageError extends Error {}

function parse(argumentList: readonly string[]): { json: boolean; names: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argumentList],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !Object.hasOwn(CASES, name));
    if (unknown !== undefined) throw new Error(`there is no case '${unknown}'; there are ${Object.keys(CASES).join(', ')}`);
    return { json: values.json, names: positionals.length > 0 ? positionals : Object.keys(CASES) };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function print({ name, what, seconds, findings }: Checked): void {
  console.log(`\n${name}: ${what} (${seconds.toFixed(1)} s)`);
  for (const { query, expected, found } of findings) {
    console.log(
      `  ${query.padEnd(30)} ${found.padEnd(18)} ${found === expected ? 'as it must be' : `PROBLEM: must be ${expected}`}`,
    );
  }
}

async function main(argumentList: readonly string[]): Promise<number> {
  const { json, names } = parse(argumentList);
  const start = performance.now();
  let queries = 0;
  let problems = 0;
  for (const name of names) {
    const checked = await checkLogin(name);
    if (json) console.log(JSON.stringify(checked));
    else print(checked);
    queries += checked.findings.length;
    problems += checked.findings.filter(({ expected, found }) => found !== expected).length;
  }
  const seconds = ((performance.now() - start) / 1_000).toFixed(0);
  if (!json) {
    console.log(
      `\n${names.length} cases, ${queries} queries, ${seconds} s: ${problems === 0 ? 'all as they must be' : `${problems} problems`}`,
    );
  }
  return problems === 0 ? 0 : 1;
}

endOnSignals();
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError || error instanceof ProVerifMissing)) throw error;
  console.error(error.message);
  return WRONG_USAGE;
});
