import type { RelayWork } from './load/job.ts';
import { benchmark } from './support/benchmark.ts';
import { RELAY_COLUMNS } from './support/columns.ts';
import { coreOption, pinnedOption } from './support/core.ts';
import { lossesOf, middleOf } from './support/figures.ts';
import { SERVER_PROGRAMS } from './support/needs.ts';
import { number, numbers, someOf } from './support/options.ts';
import { withParley } from './support/parley-run.ts';
import { relayCharts } from './support/relay-charts.ts';
import { inRounds } from './support/rounds.ts';
import { ratio } from './support/statistics.ts';

const PATTERNS = ['one-way', 'ping-pong', 'off-line'] as const satisfies readonly RelayWork['pattern'][];

export const relay = benchmark({
  what: 'Pairs of clients talk as fast as the server lets them: messages a second, what each costs, and how long it takes',
  notes:
    'one-way: the first of a pair keeps a window of messages under way. ping-pong: each message is answered by one. off-line: the ' +
    'partners are not there, so that each message is written and synced before its OK; beside one-way it tells what pushing before ' +
    'writing is worth. Lists are measured in turns in each run; the ratio is that of cpu_us to the first of them. With --json each line ' +
    'has pattern, pairs, window, bytes, per_s, cpu_us and generator_cpu_us (processor time for a message), p50_ms and p99_ms (sending to ' +
    'arrival), ok_p50_ms and ok_p99_ms (sending to the OK), lost, disconnected, ratio; null where there is no such figure.',
  programs: SERVER_PROGRAMS,
  options: {
    pattern: someOf('who talks', ['one-way'], PATTERNS),
    pairs: numbers('pairs of clients', [20], { min: 1, max: 5_000 }),
    window: numbers('messages a pair has under way', [32], { min: 1, max: 4_096 }),
    size: numbers('bytes of each message', [200], { min: 1, max: 65_536 }),
    seconds: number('measured in each run', 4, { min: 0.1, max: 3_600, isFractional: true }),
    'warm-up': number('seconds before that', 1, { min: 0, max: 600, isFractional: true }),
    runs: number('how often; medians of them are printed', 3, { min: 1, max: 101 }),
    pinned: pinnedOption,
    core: coreOption(),
  },
  async run({ seconds, runs, pinned, core, ...values }, progress) {
    const cases = values.pattern.flatMap((pattern) =>
      values.pairs.flatMap((pairs) =>
        values.window.flatMap((window) => values.size.map((bytes) => ({ pattern, pairs, window, bytes }))),
      ),
    );
    const times = { warmupMs: values['warm-up'] * 1_000, durationMs: seconds * 1_000 };
    const measured = await inRounds(runs, cases, async ({ bytes, ...work }, run) => {
      progress(`run ${run} of ${runs}: ${work.pattern}, ${work.pairs} pairs, window ${work.window}, ${bytes} bytes`);
      const server = { clients: 2 * work.pairs, messageBytes: bytes, core: pinned ? core : undefined };
      return withParley(server, { kind: 'relay', ...work, ...times });
    });
    const middles = measured.map(({ one, results }) => ({ ...one, ...middleOf(results) }));
    const rows = middles.map((row) => ({ ...row, ratio: ratio(row.cpu_us, middles[0]?.cpu_us ?? null) }));
    const title = `Relay, medians of ${runs} runs of ${seconds} s, ${pinned ? 'all on one processor' : 'not pinned'}`;
    return { tables: [{ title, columns: RELAY_COLUMNS, rows }], charts: relayCharts(rows), problems: lossesOf(rows) };
  },
});
