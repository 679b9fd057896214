import { generate } from './load/generate.ts';
import { startParley } from './servers/parley.ts';
import { benchmark } from './support/benchmark.ts';
import { idleFigures } from './support/idle-figures.ts';
import { SERVER_PROGRAMS } from './support/needs.ts';
import { number } from './support/options.ts';

export const idle = benchmark({
  what: 'Clients that are logged in and say nothing: memory for each, and processor time',
  notes:
    'Memory is what is resident (VmRSS), 1 MB = 1,000 kB. Processor time is counted in steps of 10 ms: in 30 seconds 0.03 %. With --json ' +
    'the line has clients, kb (for each), empty_mb (before the first), end_mb, cpu_percent (of one processor), disconnected.',
  programs: SERVER_PROGRAMS,
  options: {
    clients: number('clients', 10_000, { min: 1, max: 12_000 }),
    lanes: number('logins under way at once', 32, { min: 1, max: 1_000 }),
    settle: number('seconds between the last login and the measurement', 5, { min: 0, max: 3_600, isFractional: true }),
    seconds: number('measured', 30, { min: 0.1, max: 86_400, isFractional: true }),
  },
  async run({ clients, lanes, settle, seconds }, progress) {
    progress(`making ${clients} accounts`);
    await using server = await startParley({ clients, messageBytes: 0 });
    progress(`${clients} logins, then ${settle} s, then ${seconds} s of silence`);
    const times = { settleMs: settle * 1_000, durationMs: seconds * 1_000 };
    const measured = await generate(server, { kind: 'idle', clients, lanes, ...times });
    const { disconnected } = measured;
    const row = { clients, ...idleFigures(measured, clients), disconnected };
    return {
      tables: [
        {
          title: `Idle, ${seconds} s`,
          columns: [
            { field: 'clients', title: 'clients' },
            { field: 'kb', title: 'kB a connection', digits: 1 },
            { field: 'empty_mb', title: 'empty MB', digits: 1 },
            { field: 'end_mb', title: 'at the end MB', digits: 1 },
            { field: 'cpu_percent', title: 'CPU %', digits: 3 },
            { field: 'disconnected', title: 'cut off' },
          ],
          rows: [row],
        },
      ],
      charts: [
        {
          kind: 'bars',
          title: `Memory with ${clients} clients`,
          y: { label: 'MB' },
          series: ['resident'],
          groups: [
            { name: 'empty', values: [row.empty_mb] },
            { name: 'at the end', values: [row.end_mb] },
          ],
        },
      ],
      problems: disconnected === 0 ? [] : [`${disconnected} connections were cut off`],
    };
  },
});
