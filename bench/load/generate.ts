import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runningOn } from '../servers/command-line.ts';
import type { BenchServer } from '../servers/server.ts';
import type { Job, Measured } from './job.ts';

const GENERATOR = join(import.meta.dirname, 'generator.ts');

/**
 * Has the load generator do some work with a server.
 * @param core the processor that it may use, and the server too: then what they cost does not hang on where the system puts them
 */
export async function generate(server: BenchServer, work: Job['work'], core?: number): Promise<Measured> {
  const [program = '', ...argumentList] = [...runningOn(core), process.execPath, '--max-old-space-size=4096', GENERATOR];
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
