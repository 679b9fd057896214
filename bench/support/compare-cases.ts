import { generate } from '../load/generate.ts';
import type { Job } from '../load/job.ts';
import type { BenchServer, ServerName } from '../servers/server.ts';
import { figuresOf } from './figures.ts';
import { idleFigures } from './idle-figures.ts';
import { median } from './statistics.ts';

export const CASES = ['relay-busy', 'relay-ping', 'login', 'idle'] as const;
export type Case = (typeof CASES)[number];

/** What is compared: the fields of a line of --json. `null`: the case has no such figure. */
export type Compared = {
  readonly server: ServerName;
  readonly case: Case;
  /** Of the server, for a message or a login, µs. */
  readonly cpu_us: number | null;
  /** Messages or logins. */
  readonly per_s: number | null;
  /** From sending to arrival, or of a login, ms. */
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  /** For each connection, kB. */
  readonly kb: number | null;
};

export interface CompareOptions {
  readonly pairs: number;
  /** Messages under way in a busy pair. */
  readonly window: number;
  /** Sessions that are being made at once, of as many accounts as talk: so many and no more are there at any time, at every server. */
  readonly lanes: number;
  readonly clients: number;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly core: number;
}

/** Not measured: what a server frees late, or what its runtime has to tidy up after thousands of logins. */
const SETTLE_MS = 3_000;
const IDLE_MS = 1_000;
const IDLE_LANES = 32;

/** @throws where anything was lost: figures of a server that loses messages say nothing */
export async function measureCase(server: BenchServer, what: Case, options: CompareOptions): Promise<Compared> {
  const measured = await generate(server, workOf(what, options), what === 'idle' ? undefined : options.core);
  if (measured.lost > 0) throw new Error(`${measured.lost} messages were lost`);
  if (measured.disconnected > 0) throw new Error(`${measured.disconnected} connections were cut off`);
  const none = { cpu_us: null, per_s: null, p50_ms: null, p99_ms: null, kb: null };
  const about = { server: server.name, case: what, ...none };
  if (what === 'idle') return { ...about, kb: idleFigures(measured, options.clients).kb };
  const { cpu_us, per_s, p50_ms, p99_ms } = figuresOf(measured);
  return { ...about, cpu_us, per_s, p50_ms, p99_ms };
}

/** The median of each figure by itself. @throws where nothing was measured */
export function middleOfCompared(runs: readonly Compared[]): Compared {
  const [first] = runs;
  if (first === undefined) throw new RangeError('no runs');
  const middle = (field: 'cpu_us' | 'per_s' | 'p50_ms' | 'p99_ms' | 'kb'): number | null => {
    const values = runs.map((run) => run[field]).filter((value) => value !== null);
    return values.length === 0 ? null : median(values);
  };
  return {
    server: first.server,
    case: first.case,
    cpu_us: middle('cpu_us'),
    per_s: middle('per_s'),
    p50_ms: middle('p50_ms'),
    p99_ms: middle('p99_ms'),
    kb: middle('kb'),
  };
}

function workOf(what: Case, { pairs, window, lanes, clients, durationMs, warmupMs }: CompareOptions): Job['work'] {
  const times = { warmupMs, durationMs };
  switch (what) {
    case 'relay-busy':
      return { kind: 'relay', pattern: 'one-way', pairs, window, ...times };
    case 'relay-ping':
      return { kind: 'relay', pattern: 'ping-pong', pairs, window: 1, ...times };
    case 'login':
      return { kind: 'login', lanes, clients: 2 * pairs, ...times };
    case 'idle':
      return { kind: 'idle', clients, lanes: IDLE_LANES, settleMs: SETTLE_MS, durationMs: IDLE_MS };
  }
}
