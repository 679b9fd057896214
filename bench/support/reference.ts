import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runningOn } from '../servers/command-line.ts';

const LOOP = join(import.meta.dirname, 'reference-loop.ts');
const DEADLINE_MS = 20_000;

/** Processor time of the reference loop for a message, microseconds; on the processor and in the way of generate. */
export async function referenceUs(core: number): Promise<number> {
  const [program = '', ...argumentList] = [...runningOn(core), process.execPath, LOOP];
  const { stdout } = await promisify(execFile)(program, argumentList, { timeout: DEADLINE_MS });
  const us = Number(stdout);
  if (!(us > 0)) throw new Error(`the reference loop printed ${JSON.stringify(stdout)}`);
  return us;
}
