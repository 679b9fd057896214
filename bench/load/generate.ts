import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BenchServer } from '../servers/server.ts';
import type { Job, Measured } from './job.ts';

const GENERATOR = join(import.meta.dirname, 'generator.ts');

/**
 * Has the load generator do some work with a server.
 * @param core the processor that it may use, and the server too: then what they cost does not hang on where the system puts them. In batches
 *   (SCHED_BATCH), since one that is woken by each write of the other would not let it finish what it has begun. All processors where this
 *   is left out.
 */
export async function generate(server: BenchServer, work: Job['work'], core?: number): Promise<Measured> {
  const command = [process.execPath, '--max-old-space-size=4096', GENERATOR];
  const [program = '', ...argumentList] =
    core === undefined ? command : ['taskset', '-c', String(core), 'chrt', '-b', '0', ...command];
  const child = spawn(program, argumentList, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const job: Job = { target: server.target, serverPids: server.pids, work };
  child.send(job);
  let measured: Measured | undefined;
  child.once('message', (message) => {
    measured = message as Measured;
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (measured === undefined) throw new Error(`the load generator ended with ${code}`);
  return measured;
}
