import type { Measured } from '../load/job.ts';

const KB_PER_MB = 1_000;

/** What clients that say nothing take: memory for each, memory before and after, and processor time. */
export function idleFigures({ residentKb, serverCpuUs, seconds }: Measured, clients: number) {
  const empty = residentKb[0] ?? Number.NaN;
  const full = residentKb.at(-1) ?? Number.NaN;
  return {
    kb: (full - empty) / clients,
    empty_mb: empty / KB_PER_MB,
    end_mb: full / KB_PER_MB,
    cpu_percent: (serverCpuUs / (seconds * 1_000_000)) * 100,
  };
}
