import { benchmark } from './support/benchmark.ts';
import { number, numbers } from './support/options.ts';
import { inRounds } from './support/rounds.ts';
import { median, ratio } from './support/statistics.ts';
import { measureStore } from './support/store-run.ts';

export const store = benchmark({
  what: 'The SQLite store alone, through its interface: messages written and synced a second, and drained again',
  notes:
    'Each message is appended to one mailbox, and counts when its promise resolves: it is on disk then. The store makes one transaction of ' +
    'what waits. Processor time is that of the store with its worker and of who calls it. Draining is what a device does that comes back: ' +
    'a page, its ACK, the next page. With --json each line has under_way, per_s, ratio (of per_s to the first), p50_ms and p99_ms (of the ' +
    'promise), cpu_us (for a message), drained_per_s.',
  options: {
    'under-way': numbers('messages that wait for the store at once', [1, 50, 500], { min: 1, max: 100_000 }),
    size: number('bytes of each message', 200, { min: 1, max: 65_536 }),
    mailboxes: number('mailboxes they go to', 20, { min: 1, max: 10_000 }),
    seconds: number('measured in each run', 3, { min: 0.1, max: 60, isFractional: true }),
    runs: number('how often; medians of them are printed', 3, { min: 1, max: 101 }),
  },
  async run({ size, mailboxes, seconds, runs, ...values }, progress) {
    const measured = await inRounds(runs, values['under-way'], async (underWay, run) => {
      progress(`run ${run} of ${runs}: ${underWay} under way`);
      return measureStore({ underWay, bytes: size, mailboxes, durationMs: seconds * 1_000 });
    });
    const middles = measured.map(({ one, results }) => ({
      under_way: one,
      per_s: median(results.map((run) => run.perSecond)),
      p50_ms: median(results.map((run) => run.p50Ms)),
      p99_ms: median(results.map((run) => run.p99Ms)),
      cpu_us: median(results.map((run) => run.cpuUs)),
      drained_per_s: median(results.map((run) => run.drainedPerSecond)),
    }));
    const rows = middles.map((row) => ({ ...row, ratio: ratio(row.per_s, middles[0]?.per_s ?? null) }));
    return {
      tables: [
        {
          title: `Store, medians of ${runs} runs of ${seconds} s, ${size} bytes, ${mailboxes} mailboxes`,
          columns: [
            { field: 'under_way', title: 'under way' },
            { field: 'per_s', title: 'messages/s' },
            { field: 'ratio', title: 'ratio', digits: 1 },
            { field: 'p50_ms', title: 'p50 ms', digits: 2 },
            { field: 'p99_ms', title: 'p99 ms', digits: 2 },
            { field: 'cpu_us', title: 'CPU µs', digits: 1 },
            { field: 'drained_per_s', title: 'drained/s' },
          ],
          rows,
        },
      ],
      charts: [
        {
          kind: 'lines',
          title: 'Messages written and synced a second',
          x: { label: 'under way', scale: 'logarithmic' },
          y: { label: 'messages/s' },
          series: [{ name: 'store', points: rows.map((row) => [row.under_way, row.per_s] as const) }],
        },
      ],
    };
  },
});
