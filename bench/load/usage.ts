import { readFileSync } from 'node:fs';

/** Of the kernel's clock, in which /proc counts: sysconf(_SC_CLK_TCK), 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time that processes have used up, all of their threads, microseconds; in steps of 10 ms (proc(5), `stat`). */
export function processorTimeUs(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]); // utime, stime
  }
  return (ticks / TICKS_PER_SECOND) * 1_000_000;
}

/** Memory of processes that is resident, kB (proc(5), `status`). */
export function residentKb(pids: readonly number[]): number {
  let kb = 0;
  for (const pid of pids) kb += Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  return kb;
}
