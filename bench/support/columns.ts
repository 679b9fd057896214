import type { Column } from './table.ts';

/** How long a message takes. */
export const LATENCY_COLUMNS: readonly Column[] = [
  { field: 'p50_ms', title: 'hop p50 ms', digits: 2 },
  { field: 'p99_ms', title: 'p99 ms', digits: 2 },
  { field: 'ok_p50_ms', title: 'OK p50 ms', digits: 2 },
  { field: 'ok_p99_ms', title: 'p99 ms', digits: 2 },
];

export const RELAY_COLUMNS: readonly Column[] = [
  { field: 'pattern', title: 'pattern' },
  { field: 'pairs', title: 'pairs' },
  { field: 'window', title: 'window' },
  { field: 'bytes', title: 'bytes' },
  { field: 'per_s', title: 'messages/s' },
  { field: 'cpu_us', title: 'server µs', digits: 2 },
  { field: 'generator_cpu_us', title: 'generator µs', digits: 2 },
  ...LATENCY_COLUMNS,
  { field: 'lost', title: 'lost' },
  { field: 'ratio', title: 'ratio', digits: 2 },
];
