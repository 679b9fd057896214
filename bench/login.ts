import { benchmark } from './support/benchmark.ts';
import { coreOption, pinnedOption } from './support/core.ts';
import { lossesOf, middleOf } from './support/figures.ts';
import { SERVER_PROGRAMS } from './support/needs.ts';
import { number } from './support/options.ts';
import { withParley } from './support/parley-run.ts';
import { inRounds } from './support/rounds.ts';

export const login = benchmark({
  what: 'Logins, one after the other on several lanes: logins a second, what each costs, and how long it takes',
  notes:
    'Each client connects, logs in, and leaves. With --json the line has lanes, clients, per_s, cpu_us and generator_cpu_us (processor ' +
    'time for a login), p50_ms and p99_ms (from the TCP connection to the end of the login), disconnected.',
  programs: SERVER_PROGRAMS,
  options: {
    lanes: number('logins under way at once', 8, { min: 1, max: 1_000 }),
    clients: number('accounts that take turns', 200, { min: 1, max: 100_000 }),
    seconds: number('measured in each run', 4, { min: 0.1, max: 3_600, isFractional: true }),
    'warm-up': number('seconds before that', 1, { min: 0, max: 600, isFractional: true }),
    runs: number('how often; medians of them are printed', 3, { min: 1, max: 101 }),
    pinned: pinnedOption,
    core: coreOption(),
  },
  async run({ lanes, clients, seconds, runs, pinned, core, ...values }, progress) {
    const times = { warmupMs: values['warm-up'] * 1_000, durationMs: seconds * 1_000 };
    const measured = await inRounds(runs, [{ lanes, clients }], async (work, run) => {
      progress(`run ${run} of ${runs}: ${lanes} lanes, ${clients} clients`);
      const server = { clients, messageBytes: 0, core: pinned ? core : undefined };
      return withParley(server, { kind: 'login', ...work, ...times });
    });
    const rows = measured.map(({ one, results }) => ({ ...one, ...middleOf(results) }));
    const json = rows.map(({ ok_p50_ms: _, ok_p99_ms: __, lost: ___, ...row }) => row);
    return {
      tables: [
        {
          title: `Logins, medians of ${runs} runs of ${seconds} s, ${pinned ? 'all on one processor' : 'not pinned'}`,
          columns: [
            { field: 'lanes', title: 'lanes' },
            { field: 'clients', title: 'clients' },
            { field: 'per_s', title: 'logins/s' },
            { field: 'cpu_us', title: 'server µs', digits: 1 },
            { field: 'generator_cpu_us', title: 'generator µs', digits: 1 },
            { field: 'p50_ms', title: 'p50 ms', digits: 2 },
            { field: 'p99_ms', title: 'p99 ms', digits: 2 },
          ],
          rows: json,
        },
      ],
      charts: [
        {
          kind: 'bars',
          title: 'Processor time of a login',
          y: { label: 'µs' },
          series: ['time'],
          groups: [
            { name: 'server', values: [rows[0]?.cpu_us ?? null] },
            { name: 'client', values: [rows[0]?.generator_cpu_us ?? null] },
          ],
        },
      ],
      problems: lossesOf(rows),
    };
  },
});
