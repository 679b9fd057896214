import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What ProVerif says of a query; `no answer` where it did not come to it in time. */
export type Answer = 'true' | 'false' | 'cannot be proved' | 'no answer';

/** ProVerif is not on PATH. */
export class ProVerifMissing extends Error {
  constructor() {
    super('proverif is not on PATH: opam install proverif (2.05; opam is in most distributions, apt-get install opam)');
  }
}

/**
 * Asks ProVerif about a model.
 * @returns an answer for each query, in the order of the model
 * @throws ProVerifMissing; Error with what it prints, where it does not take the model
 */
export async function askProVerif(model: string, queries: number, limitMs: number): Promise<Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-model-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const file = join(folder, 'model.pv');
    writeFileSync(file, model);
    const { output, ended } = await run([file], limitMs);
    const answers = readAnswers(output);
    if (ended && answers.length !== queries) {
      throw new Error(`${answers.length} answers to ${queries} queries:\n${output.slice(-2_000)}`);
    }
    return Array.from({ length: queries }, (_, i) => answers[i] ?? 'no answer');
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** The answers in what ProVerif prints. A line `RESULT (even …` says more about the answer before it, and is none. */
export function readAnswers(output: string): Answer[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('RESULT ') && !line.startsWith('RESULT ('))
    .map((line) => {
      if (line.endsWith(' is true.')) return 'true';
      if (line.endsWith(' is false.')) return 'false';
      return 'cannot be proved';
    });
}

/** @returns all it printed, and whether it ended by itself within the time */
function run(argumentList: readonly string[], limitMs: number): Promise<{ output: string; ended: boolean }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ output: string; ended: boolean }>();
  const child = spawn('proverif', argumentList, { stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs, killSignal: 'SIGKILL' });
  // Otherwise it would go on for as long as the model takes, after whoever asked has been ended.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? new ProVerifMissing() : error));
  child.on('close', (_code, signal) => {
    process.off('exit', kill);
    resolve({ output, ended: signal === null });
  });
  return promise;
}
