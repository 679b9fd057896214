import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How far a search may go. Whatever needs more is no result. */
const MAX_DEPTH = 1_000_000;
const MAX_MEMORY_MB = 4_096;
const MAX_SECONDS = 480;
const MODEL = 'model.pml';

/** What is searched for: a failed assertion or a process that cannot go on; or a run that never ends. */
export type Kind = 'safety' | 'endless';

export interface Task {
  /** The text of the model. */
  readonly source: string;
  /** As in `-DNAME=VALUE`. */
  readonly defines: readonly string[];
  readonly kind: Kind;
  /** An error is expected, and found before it would pay that the search is fast. */
  readonly isShort: boolean;
}

export interface Found {
  /** undefined: all states were looked at, and none is wrong. */
  readonly error: string | undefined;
  readonly states: number;
  readonly depth: number;
  /** Of the search alone. */
  readonly seconds: number;
  /** Numbers of lines of which something is never carried out. Empty where an error ended the search. */
  readonly unreached: ReadonlySet<number>;
}

/** A search that says nothing: it was cut short, or the model is none. */
export class SpinError extends Error {}

interface Ran {
  readonly code: number | string | null;
  readonly output: string;
}

/**
 * Searches all states of a model: `spin -a` makes a program in C of it, gcc compiles that, and it searches (man spin, man pan). All of it
 * happens in a folder of its own, which is removed.
 * @throws SpinError
 */
export async function search({ source, defines, kind, isShort }: Task): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-model-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    await writeFile(join(folder, MODEL), source);
    const macros = defines.map((define) => `-D${define}`);
    await succeed(folder, 'spin', ['-a', ...macros, MODEL]);
    const how = [
      isShort ? '-O0' : '-O1',
      '-w',
      '-DCOLLAPSE',
      `-DMEMLIM=${MAX_MEMORY_MB}`,
      kind === 'safety' ? '-DSAFETY' : '-DNP',
    ];
    await succeed(folder, 'gcc', [...how, '-o', 'pan', 'pan.c']);
    const { output } = await execute(folder, './pan', [`-m${MAX_DEPTH}`, ...(kind === 'endless' ? ['-l'] : [])]);
    const found = readReport(output);
    return found.error?.startsWith('assertion') ? { ...found, error: await whichAssertion(folder, macros) } : found;
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** What pan prints, man pan. @throws SpinError where it is no whole search */
export function readReport(output: string): Found {
  const errors = number(output, /^State-vector .* errors: (\d+)$/m);
  const states = number(output, /^ *([\d.e+]+) states, stored/m);
  const depth = number(output, /, depth reached (\d+),/);
  const seconds = /elapsed time ([\d.]+) seconds/.exec(output)?.[1] ?? '0';
  if (errors === undefined || states === undefined || depth === undefined)
    throw new SpinError(`no report of a search: ${output}`);
  const [, error] = /^pan:\d+: (.*?)(?: \(at depth \d+\))?$/m.exec(output) ?? [];
  const cut = /max search depth too small|out of memory|MEMLIM|hash table is full|Bit statespace/i.exec(output);
  if (cut !== null) throw new SpinError(`the search was cut short: ${cut[0]}`);
  if (errors === 0 && (error !== undefined || /Search not completed/.test(output) || !/^Full statespace search/m.test(output))) {
    throw new SpinError(`not a whole search: ${output}`);
  }
  if (errors > 0 && error === undefined) throw new SpinError(`an error without a name: ${output}`);
  const unreached = errors > 0 ? [] : output.matchAll(/^\t\S*:(\d+), state \d+, "(?!-end-)/gm);
  return { error, states, depth, seconds: Number(seconds), unreached: new Set([...unreached].map(([, line]) => Number(line))) };
}

/** The line with the assertion that failed: its comment says what it means. */
async function whichAssertion(folder: string, macros: readonly string[]): Promise<string> {
  const { output } = await execute(folder, 'spin', ['-t', ...macros, MODEL]);
  const line = number(output, /model\.pml:(\d+), Error: assertion violated/);
  const lines = (await readFile(join(folder, MODEL), 'utf8')).split('\n');
  if (line === undefined) throw new SpinError(`the assertion that failed is not found again: ${output}`);
  return `line ${line}: ${lines[line - 1]?.trim().replaceAll(/\s+/g, ' ')}`;
}

function number(text: string, pattern: RegExp): number | undefined {
  const [, digits] = pattern.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

async function succeed(folder: string, program: string, argumentList: readonly string[]): Promise<void> {
  const { code, output } = await execute(folder, program, argumentList);
  if (code !== 0 || /Error:/.test(output)) throw new SpinError(`${program} ended with ${code}: ${output}`);
}

function execute(folder: string, program: string, argumentList: readonly string[]): Promise<Ran> {
  const options = { cwd: folder, timeout: MAX_SECONDS * 1_000, maxBuffer: 64 * 1_024 * 1_024 };
  return new Promise((resolve, reject) => {
    execFile(program, argumentList, options, (error, stdout, stderr) => {
      if (error?.killed === true) reject(new SpinError(`${program} took more than ${MAX_SECONDS} s`));
      else resolve({ code: error?.code ?? 0, output: stdout + stderr });
    });
  });
}
