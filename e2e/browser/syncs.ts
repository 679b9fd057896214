import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram } from '../support/programs.ts';
import { isSync, readTrace } from '../support/strace.ts';

/** How often the browser with this profile has the system sync a file of its databases while `action` runs. */
export async function syncsDuring(profile: string, action: () => Promise<unknown>): Promise<number> {
  const processes = await processesOf(profile);
  const trace = join(profile, 'trace');
  const attach = processes.flatMap((id) => ['-p', id]);
  const options = ['-f', '-yy', '-ttt', '-s', '0', '-e', 'signal=none', '-e', 'trace=fsync,fdatasync', '-o', trace, ...attach];
  const strace = spawn(findProgram('strace') ?? assert.fail('strace is installed'), options, {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exit = once(strace, 'exit');
  try {
    let attached = 0;
    for await (const line of createInterface(strace.stderr)) {
      if (/attached/.test(line)) attached += 1;
      if (attached === processes.length) break;
    }
    await action();
  } finally {
    strace.kill('SIGINT');
    await exit;
  }
  return readTrace(trace).filter((call) => isSync(call) && call.on.includes('IndexedDB')).length;
}

/** The ids of processes that were started with a folder on their command line. */
async function processesOf(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return ids.filter((_, index) => commands[index]?.includes(folder));
}
