import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Ticks of /proc/PID/stat in a second: USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time that a process has used in all its threads, seconds. Linux. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; after it come state, ppid, …: utime and stime are the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Which share of one processor a process uses, measured over so many seconds. */
export async function cpuShare(pid: number, seconds: number): Promise<number> {
  const [before, startMs] = [cpuSeconds(pid), performance.now()];
  await delay(seconds * 1_000);
  return ((cpuSeconds(pid) - before) * 1_000) / (performance.now() - startMs);
}
