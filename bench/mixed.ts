import { generate } from './load/generate.ts';
import { startParley } from './servers/parley.ts';
import { benchmark } from './support/benchmark.ts';
import { LATENCY_COLUMNS } from './support/columns.ts';
import { figuresOf, lossesOf } from './support/figures.ts';
import { SERVER_PROGRAMS } from './support/needs.ts';
import { number, oneOf } from './support/options.ts';

/** How often the load generator looks at the server's memory while clients send now and then. */
const SAMPLE_EVERY_S = 10;

export const mixed = benchmark({
  what: 'Thousands of clients, some of whom send now and then: how long it takes, and memory over time',
  notes:
    'off-line: every second client is not there, so that each message is written and synced before its OK. With --json the first line has ' +
    'pattern, clients, asked_per_s, per_s, cpu_us and generator_cpu_us (processor time for a message), p50_ms and p99_ms (sending to ' +
    'arrival), ok_p50_ms and ok_p99_ms (sending to the OK), lost, disconnected; each line after it at_s and rss_mb: memory of the server ' +
    '(VmRSS, 1 MB = 1,000 kB) that long after the start.',
  programs: SERVER_PROGRAMS,
  options: {
    clients: number('clients', 10_000, { min: 2, max: 12_000 }),
    'per-second': number('messages a second, of all clients together', 2_000, { min: 1, max: 1_000_000 }),
    seconds: number('measured', 300, { min: 0.1, max: 86_400, isFractional: true }),
    'warm-up': number('seconds before that', 5, { min: 0, max: 600, isFractional: true }),
    size: number('bytes of each message', 200, { min: 1, max: 65_536 }),
    pattern: oneOf('who is there', 'on-line', ['on-line', 'off-line']),
  },
  async run({ clients, pattern, size, seconds, ...values }, progress) {
    const perSecond = values['per-second'];
    progress(`making ${clients} accounts`);
    await using server = await startParley({ clients, messageBytes: size });
    progress(`${clients} clients, ${perSecond} messages a second for ${seconds} s`);
    const times = { warmupMs: values['warm-up'] * 1_000, durationMs: seconds * 1_000 };
    const measured = await generate(server, { kind: 'rate', clients, perSecond, pattern, ...times });
    const row = { pattern, clients, asked_per_s: perSecond, ...figuresOf(measured) };
    const samples = measured.residentKb.map((kb, index) => ({
      at_s: Math.min(index * SAMPLE_EVERY_S, seconds),
      rss_mb: kb / 1_000,
    }));
    return {
      tables: [
        {
          title: `Mixed, ${seconds} s`,
          columns: [
            { field: 'pattern', title: 'pattern' },
            { field: 'clients', title: 'clients' },
            { field: 'per_s', title: 'messages/s' },
            { field: 'cpu_us', title: 'server µs', digits: 1 },
            ...LATENCY_COLUMNS,
            { field: 'lost', title: 'lost' },
            { field: 'disconnected', title: 'cut off' },
          ],
          rows: [row],
        },
        {
          title: 'Memory of the server',
          columns: [
            { field: 'at_s', title: 'after s' },
            { field: 'rss_mb', title: 'MB', digits: 1 },
          ],
          rows: samples,
        },
      ],
      charts: [
        {
          kind: 'lines',
          title: `Memory with ${clients} clients and ${perSecond} messages a second`,
          x: { label: 'seconds' },
          y: { label: 'resident MB' },
          series: [{ name: 'server', points: samples.map(({ at_s, rss_mb }) => [at_s, rss_mb] as const) }],
        },
        {
          kind: 'bars',
          title: 'How long a message takes',
          y: { label: 'ms', scale: 'logarithmic' },
          series: ['p50', 'p99'],
          groups: [
            { name: 'to its arrival', values: [row.p50_ms, row.p99_ms] },
            { name: 'to its OK', values: [row.ok_p50_ms, row.ok_p99_ms] },
          ],
        },
      ],
      problems: lossesOf([row]),
    };
  },
});
