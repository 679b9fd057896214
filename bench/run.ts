/**
 * Runs a benchmark: `npm run bench -- NAME [options]`, or lists them. Ends with 1 where something was not as it should be, and with 2
 * where it was told something wrong.
 */
import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BENCHMARKS } from './benchmarks.ts';
import type { Benchmark, Progress, Report } from './support/benchmark.ts';
import { helpText } from './support/help.ts';
import { jsonLine } from './support/json.ts';
import { requirePrograms } from './support/needs.ts';
import { file, flag, parseOptions, UsageError } from './support/options.ts';
import { endOnSignals, leave, workInFolderOfOwn } from './support/process.ts';
import { svgDocument } from './support/svg/document.ts';
import { tableText } from './support/table.ts';

const COMMON = {
  json: flag('one JSON object a line, and nothing else, on standard output'),
  svg: file('also draw a picture'),
  help: flag('say this'),
} as const;

const WRONG_USAGE = 2;

async function list(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(BENCHMARKS).map(async ([name, load]) => `  ${name.padEnd(10)}${(await load()).what}`),
  );
  return ['npm run bench -- NAME [options]    (--help after a NAME lists its options)', '', ...lines].join('\n');
}

async function main(name: string | undefined, argumentList: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help') {
    console.log(await list());
    return 0;
  }
  const load = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
  if (load === undefined)
    throw new UsageError(`there is no benchmark '${name}'; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  const benchmark = await load();
  const options = { ...benchmark.options, ...COMMON };
  const values = parseOptions(options, argumentList);
  if (values.help) {
    console.log(helpText(name, { ...benchmark, options }));
    return 0;
  }
  requirePrograms(benchmark.programs ?? {});
  if (values.svg !== undefined) requireWritable(values.svg);
  return print(await benchmark.run(values, progressFrom(performance.now())), values, benchmark);
}

function print(report: Report, { json, svg }: { json: boolean; svg: string | undefined }, { what }: Benchmark): number {
  const { tables, remarks = [], charts = [], problems = [] } = report;
  if (json) for (const row of tables.flatMap(({ rows }) => rows)) console.log(jsonLine(row));
  else for (const table of [...tables, ...remarks]) console.log(`${tableText(table)}\n`);
  if (svg !== undefined && charts.length > 0) writeFileSync(svg, svgDocument(charts));
  if (svg !== undefined && charts.length === 0) console.error(`no picture: nothing of '${what}' can be drawn`);
  for (const problem of problems) console.error(`PROBLEM: ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

/** Before minutes of work whose result could not be kept. */
function requireWritable(picture: string): void {
  try {
    accessSync(dirname(picture), constants.W_OK);
  } catch {
    throw new UsageError(
      `--svg ${picture}: nothing can be written in the folder ${dirname(picture)}: make it, or choose another`,
    );
  }
}

/** On stderr, so that it is in nobody's way. */
function progressFrom(startMs: number): Progress {
  return (line) => console.error(`${((performance.now() - startMs) / 1_000).toFixed(0).padStart(4)} s  ${line}`);
}

endOnSignals();
workInFolderOfOwn();
const [name, ...rest] = process.argv.slice(2);
leave(
  await main(name, rest).catch((error: unknown) => {
    if (error instanceof UsageError) {
      console.error(error.message);
      return WRONG_USAGE;
    }
    console.error(error instanceof Error ? error.stack : error);
    return 1;
  }),
);
