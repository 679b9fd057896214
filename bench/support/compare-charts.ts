import type { Case, Compared } from './compare-cases.ts';
import type { Chart } from './svg/chart.ts';

const CHARTS = [
  { what: 'relay-busy', figure: 'cpu_us', title: 'Busy: processor time of the server', label: 'µs a message' },
  {
    what: 'relay-ping',
    figure: 'cpu_us',
    title: 'One message under way in a pair: processor time of the server',
    label: 'µs a message',
  },
  { what: 'login', figure: 'cpu_us', title: 'Login: processor time of the server', label: 'µs a login' },
  { what: 'idle', figure: 'kb', title: 'Memory of a connection', label: 'kB' },
] as const satisfies readonly { what: Case; figure: 'cpu_us' | 'kb'; title: string; label: string }[];

/** A picture for each case: servers beside each other, on a logarithmic axis, since they are so far apart. */
export function compareCharts(rows: readonly Compared[]): Chart[] {
  return CHARTS.flatMap(({ what, figure, title, label }): Chart[] => {
    const of = rows.filter((row) => row.case === what);
    if (of.length === 0) return [];
    const groups = of.map((row) => ({ name: row.server, values: [row[figure]] }));
    return [{ kind: 'bars', title, y: { label, scale: 'logarithmic' }, series: [label], groups }];
  });
}
