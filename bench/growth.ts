import { generate } from './load/generate.ts';
import type { RateWork } from './load/job.ts';
import { type ParleyOptions, startParley } from './servers/parley.ts';
import type { BenchServer } from './servers/server.ts';
import { benchmark, type Progress } from './support/benchmark.ts';
import { coreOption } from './support/core.ts';
import { type Figures, figuresOf, lossesOf, middleOf } from './support/figures.ts';
import { SERVER_PROGRAMS } from './support/needs.ts';
import { number, numbers, someOf } from './support/options.ts';
import { inRounds } from './support/rounds.ts';
import { ratio } from './support/statistics.ts';
import type { Chart } from './support/svg/chart.ts';

const CLIENTS = 40;
const BYTES = 200;

/** What grows, in words. */
const AGAINST = {
  connections: 'connections that are logged in',
  users: 'users in the store',
  size: 'bytes of a message',
} as const;
type Against = keyof typeof AGAINST;

type GrowthRow = { readonly against: Against; readonly at: number; readonly ratio: number | null } & Figures;

export const growth = benchmark({
  what: 'What a message costs the server as connections, users and messages grow, at one rate',
  notes:
    `The rate of all clients together is the same. Other than what grows there are ${CLIENTS} connections and messages of ${BYTES} bytes. ` +
    'Server and load generator share a processor. The ratio is that of cpu_us to the first of its kind. With --json each line has against ' +
    '(connections, users, size), at, ratio, per_s, cpu_us and generator_cpu_us (processor time for a message), p50_ms and p99_ms ' +
    '(sending to arrival), ok_p50_ms and ok_p99_ms (sending to the OK), lost, disconnected.',
  programs: SERVER_PROGRAMS,
  options: {
    only: someOf('what grows', ['connections', 'users', 'size'], ['connections', 'users', 'size']),
    connections: numbers('connections', [40, 1_000, 5_000, 10_000], { min: 2, max: 12_000 }),
    users: numbers('users in the store', [100, 10_000, 100_000], { min: CLIENTS, max: 10_000_000 }),
    size: numbers('bytes of each message', [50, 200, 1_000, 4_000, 16_000], { min: 1, max: 65_536 }),
    'per-second': number('messages a second, of all clients together', 2_000, { min: 1, max: 1_000_000 }),
    seconds: number('measured in each run', 10, { min: 0.1, max: 3_600, isFractional: true }),
    'warm-up': number('seconds before that', 2, { min: 0, max: 600, isFractional: true }),
    runs: number('how often; medians of them are printed', 3, { min: 1, max: 101 }),
    core: coreOption(),
  },
  async run({ only, seconds, runs, core, ...values }, progress) {
    const work = {
      kind: 'rate',
      pattern: 'on-line',
      perSecond: values['per-second'],
      warmupMs: values['warm-up'] * 1_000,
      durationMs: seconds * 1_000,
    } as const;
    const rows: GrowthRow[] = [];
    for (const against of only) rows.push(...(await grow(against, values[against], { work, runs, core, progress })));
    return {
      tables: [
        {
          title: `Growth at ${work.perSecond} messages a second, medians of ${runs} runs of ${seconds} s, all on one processor`,
          columns: [
            { field: 'against', title: 'against' },
            { field: 'at', title: 'at' },
            { field: 'cpu_us', title: 'server µs', digits: 2 },
            { field: 'ratio', title: 'ratio', digits: 2 },
            { field: 'per_s', title: 'messages/s' },
            { field: 'p50_ms', title: 'hop p50 ms', digits: 2 },
            { field: 'p99_ms', title: 'p99 ms', digits: 2 },
            { field: 'lost', title: 'lost' },
          ],
          rows,
        },
      ],
      charts: only.map((against) => chartOf(against, rows)),
      problems: lossesOf(rows),
    };
  },
});

interface GrowthOptions {
  readonly work: Omit<RateWork, 'clients'>;
  readonly runs: number;
  readonly core: number;
  readonly progress: Progress;
}

/** All servers run at once, so that rounds can go over them in turns; those that are not asked cost nothing. */
async function grow(
  against: Against,
  sizes: readonly number[],
  { work, runs, core, progress }: GrowthOptions,
): Promise<GrowthRow[]> {
  await using stack = new AsyncDisposableStack();
  const cases: { at: number; clients: number; server: BenchServer }[] = [];
  for (const at of sizes) {
    progress(`a server for ${at} ${AGAINST[against]}`);
    const options = { ...optionsFor(against, at), core };
    cases.push({ at, clients: options.clients, server: stack.use(await startParley(options)) });
  }
  const measured = await inRounds(runs, cases, async ({ at, clients, server }, run) => {
    progress(`run ${run} of ${runs}: ${at} ${AGAINST[against]}`);
    return figuresOf(await generate(server, { ...work, clients }, core));
  });
  const middles = measured.map(({ one, results }) => ({ against, at: one.at, ...middleOf(results) }));
  return middles.map((row) => ({ ...row, ratio: ratio(row.cpu_us, middles[0]?.cpu_us ?? null) }));
}

function optionsFor(against: Against, at: number): ParleyOptions {
  switch (against) {
    case 'connections':
      return { clients: at, messageBytes: BYTES };
    case 'users':
      return { clients: CLIENTS, others: at - CLIENTS, messageBytes: BYTES };
    case 'size':
      return { clients: CLIENTS, messageBytes: at };
  }
}

function chartOf(against: Against, rows: readonly GrowthRow[]): Chart {
  const points = rows.filter((row) => row.against === against).map((row) => [row.at, row.cpu_us] as const);
  return {
    kind: 'lines',
    title: `Processor time of the server against ${AGAINST[against]}`,
    x: { label: AGAINST[against], scale: 'logarithmic' },
    y: { label: 'µs a message' },
    series: [{ name: against, points }],
  };
}
