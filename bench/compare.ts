import { SERVER_NAMES, SERVERS } from './servers/by-name.ts';
import type { ServerName } from './servers/server.ts';
import { benchmark, type Progress } from './support/benchmark.ts';
import { CASES, type Case, type Compared, type CompareOptions, measureCase, middleOfCompared } from './support/compare-cases.ts';
import { compareCharts } from './support/compare-charts.ts';
import { coreOption } from './support/core.ts';
import { goalsTable } from './support/goals.ts';
import { SERVER_PROGRAMS } from './support/needs.ts';
import { number, someOf } from './support/options.ts';

export const compare = benchmark({
  what: 'Parley beside mosquitto, ejabberd and Prosody, with TLS and without: the same work in turns, and what was to be reached',
  notes:
    'Parley has no TLS beneath it: its own channel, which others have with it, is in all of its figures. relay-busy: the first of each pair keeps a window of messages under way. relay-ping: each message is answered by one. login: clients ' +
    'log in and leave, so many at once. idle: clients that say nothing, in the first round. All but idle run on one processor with the load generator. Others ' +
    'come from Debian: apt-get install mosquitto ejabberd prosody; one that is not there is left out. Takes a quarter of an hour. With --json ' +
    'each line has server, case, cpu_us (processor time of the server for a message or login), per_s, p50_ms and p99_ms (sending to ' +
    'arrival, or of a login), kb (memory of a connection); null where the case has no such figure: kb for all but idle, the others for idle.',
  programs: SERVER_PROGRAMS,
  options: {
    only: someOf('servers', SERVER_NAMES, SERVER_NAMES),
    cases: someOf('what they do', CASES, CASES),
    rounds: number('how often each has its turn; medians of them are printed', 3, { min: 1, max: 101 }),
    seconds: number('measured in each case', 4, { min: 0.1, max: 3_600, isFractional: true }),
    'warm-up': number('seconds before that, in which JavaScript is compiled', 4, { min: 0, max: 600, isFractional: true }),
    pairs: number('pairs of clients', 20, { min: 1, max: 1_000 }),
    window: number('messages a busy pair has under way', 32, { min: 1, max: 4_096 }),
    size: number('bytes of each message', 200, { min: 1, max: 65_536 }),
    lanes: number('logins under way at once', 8, { min: 1, max: 1_000 }),
    clients: number('clients that say nothing', 10_000, { min: 1, max: 12_000 }),
    core: coreOption(),
  },
  async run({ only, cases, rounds, seconds, size, ...values }, progress) {
    const options = { ...values, durationMs: seconds * 1_000, warmupMs: values['warm-up'] * 1_000, messageBytes: size };
    const failed = new Map<ServerName, string>();
    const measured: Compared[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of only.filter((name) => !failed.has(name))) {
        progress(`round ${round} of ${rounds}: ${server}`);
        try {
          // Memory repeats, and thousands of logins take their time.
          const due = round === 1 ? cases : cases.filter((what) => what !== 'idle');
          measured.push(...(await turn(server, due, options, progress)));
        } catch (error) {
          failed.set(server, error instanceof Error ? error.message : String(error));
          console.error(`${server} is left out: ${failed.get(server)}`);
        }
      }
    }
    const rows = cases
      .flatMap((what) => only.map((server) => measured.filter((one) => one.server === server && one.case === what)))
      .filter((runs) => runs.length > 0)
      .map(middleOfCompared);
    return {
      tables: [{ title: `Medians of ${rounds} rounds of ${seconds} s`, columns: COLUMNS, rows }],
      remarks: [goalsTable(rows)],
      charts: compareCharts(rows),
      problems: failed.has('parley') ? [`parley: ${failed.get('parley')}`] : [],
    };
  },
});

const COLUMNS = [
  { field: 'case', title: 'case' },
  { field: 'server', title: 'server' },
  { field: 'cpu_us', title: 'server µs', digits: 2 },
  { field: 'per_s', title: 'a second' },
  { field: 'p50_ms', title: 'p50 ms', digits: 2 },
  { field: 'p99_ms', title: 'p99 ms', digits: 2 },
  { field: 'kb', title: 'kB a connection', digits: 1 },
];

/** One server's turn. Idle clients get one that has just been started, since memory that was freed may stay with it. */
async function turn(
  name: ServerName,
  cases: readonly Case[],
  options: CompareOptions & { readonly messageBytes: number },
  progress: Progress,
): Promise<Compared[]> {
  const { pairs, clients, messageBytes, core } = options;
  const measured: Compared[] = [];
  const busy = cases.filter((what) => what !== 'idle');
  if (busy.length > 0) {
    await using server = await SERVERS[name]({ clients: 2 * pairs, messageBytes, core });
    for (const what of busy) {
      progress(`  ${what}`);
      measured.push(await measureCase(server, what, options));
    }
  }
  if (cases.includes('idle')) {
    progress('  idle');
    await using server = await SERVERS[name]({ clients, messageBytes });
    measured.push(await measureCase(server, 'idle', options));
  }
  return measured;
}
