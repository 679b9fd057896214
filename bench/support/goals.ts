import type { ServerName } from '../servers/server.ts';
import type { Case, Compared } from './compare-cases.ts';
import { ratio } from './statistics.ts';
import type { Row, Table } from './table.ts';

type Figure = 'cpu_us' | 'p50_ms' | 'kb';
type Look = (server: ServerName, what: Case, figure: Figure) => number | null;

interface Goal {
  readonly what: string;
  readonly goal: number;
  reached(look: Look): number | null;
}

/** What is to be reached, as far as it is told by comparing: ratios where the machine would decide otherwise. */
const GOALS: readonly Goal[] = [
  { what: 'busy: CPU to mosquitto with TLS', goal: 1, reached: cpuTo('mosquitto-tls', 'relay-busy') },
  { what: 'busy: CPU to ejabberd with TLS', goal: 0.2, reached: cpuTo('ejabberd-tls', 'relay-busy') },
  { what: 'busy: CPU to Prosody', goal: 0.1, reached: cpuTo('prosody', 'relay-busy') },
  { what: 'ping: CPU to mosquitto with TLS', goal: 1.5, reached: cpuTo('mosquitto-tls', 'relay-ping') },
  { what: 'ping: hop p50, ms', goal: 0.5, reached: (look) => look('parley', 'relay-ping', 'p50_ms') },
  { what: 'login: CPU, µs', goal: 400, reached: (look) => look('parley', 'login', 'cpu_us') },
  { what: 'login: CPU to ejabberd with TLS', goal: 0.5, reached: cpuTo('ejabberd-tls', 'login') },
  { what: 'idle: kB a connection', goal: 25, reached: (look) => look('parley', 'idle', 'kb') },
];

export function goalsTable(compared: readonly Compared[]): Table {
  const look: Look = (server, what, figure) =>
    compared.find((row) => row.server === server && row.case === what)?.[figure] ?? null;
  return {
    title: 'Goals of Parley',
    columns: [
      { field: 'what', title: 'what' },
      { field: 'reached', title: 'reached', digits: 2 },
      { field: 'goal', title: 'goal' },
      { field: 'ratio', title: 'reached / goal', digits: 2 },
      { field: 'is_met', title: 'met' },
    ],
    rows: GOALS.map((goal) => rowOf(goal, look)),
  };
}

function rowOf({ what, goal, reached: reach }: Goal, look: Look): Row {
  const reached = reach(look);
  const isMet = reached === null ? null : reached <= goal;
  return { what, reached, goal: `≤ ${goal}`, ratio: ratio(reached, goal), is_met: isMet };
}

function cpuTo(server: ServerName, what: Case): Goal['reached'] {
  return (look) => ratio(look('parley', what, 'cpu_us'), look(server, what, 'cpu_us'));
}
