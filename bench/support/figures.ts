import type { Measured } from '../load/job.ts';
import { median } from './statistics.ts';

/** What one run of the load generator comes to. Names are those of the fields of `--json`: `cpu_us` is the server's, for each message. */
export type Figures = {
  readonly per_s: number;
  readonly cpu_us: number | null;
  readonly generator_cpu_us: number | null;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly ok_p50_ms: number | null;
  readonly ok_p99_ms: number | null;
  readonly lost: number;
  readonly disconnected: number;
};

export function figuresOf({ count, seconds, ...measured }: Measured): Figures {
  const each = (us: number): number | null => (count === 0 ? null : us / count);
  return {
    per_s: count / seconds,
    cpu_us: each(measured.serverCpuUs),
    generator_cpu_us: each(measured.generatorCpuUs),
    p50_ms: measured.latency?.p50 ?? null,
    p99_ms: measured.latency?.p99 ?? null,
    ok_p50_ms: measured.confirmed?.p50 ?? null,
    ok_p99_ms: measured.confirmed?.p99 ?? null,
    lost: measured.lost,
    disconnected: measured.disconnected,
  };
}

/** The median of each figure by itself; what was lost is added up, since it is never to be. */
export function middleOf(runs: readonly Figures[]): Figures {
  const middle = (of: (run: Figures) => number | null): number | null => {
    const values = runs.map(of).filter((value) => value !== null);
    return values.length === 0 ? null : median(values);
  };
  const sum = (of: (run: Figures) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    per_s: median(runs.map((run) => run.per_s)),
    cpu_us: middle((run) => run.cpu_us),
    generator_cpu_us: middle((run) => run.generator_cpu_us),
    p50_ms: middle((run) => run.p50_ms),
    p99_ms: middle((run) => run.p99_ms),
    ok_p50_ms: middle((run) => run.ok_p50_ms),
    ok_p99_ms: middle((run) => run.ok_p99_ms),
    lost: sum((run) => run.lost),
    disconnected: sum((run) => run.disconnected),
  };
}

/** What must not have happened, for the end of a benchmark. */
export function lossesOf(rows: readonly Pick<Figures, 'lost' | 'disconnected'>[]): string[] {
  const lost = rows.reduce((sum, row) => sum + row.lost, 0);
  const disconnected = rows.reduce((sum, row) => sum + row.disconnected, 0);
  return [
    ...(lost === 0 ? [] : [`${lost} messages were lost`]),
    ...(disconnected === 0 ? [] : [`${disconnected} connections were cut off`]),
  ];
}
