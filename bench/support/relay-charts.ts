import type { Figures } from './figures.ts';
import type { Chart } from './svg/chart.ts';

export interface RelayRow extends Pick<Figures, 'per_s' | 'cpu_us'> {
  readonly pattern: string;
  readonly pairs: number;
  readonly window: number;
  readonly bytes: number;
}

const AXES = [
  ['pairs', 'pairs'],
  ['window', 'messages under way in a pair'],
  ['bytes', 'bytes of a message'],
] as const;

/** Bars; curves over the first option that was given several values, one for each of the others. */
export function relayCharts(rows: readonly RelayRow[]): Chart[] {
  const axis = AXES.find(([field]) => new Set(rows.map((row) => row[field])).size > 1);
  const figures = [
    ['per_s', 'Messages a second', 'messages/s'],
    ['cpu_us', 'Processor time of the server', 'µs a message'],
  ] as const;
  return figures.map(([figure, title, label]): Chart => {
    if (axis === undefined) {
      return {
        kind: 'bars',
        title,
        y: { label },
        series: [title],
        groups: rows.map((row) => ({ name: row.pattern, values: [row[figure]] })),
      };
    }
    const [field, x] = axis;
    const series = Map.groupBy(rows, (row) => nameBeside(row, field));
    return {
      kind: 'lines',
      title,
      x: { label: x, scale: 'logarithmic' },
      y: { label },
      series: [...series].map(([name, of]) => ({ name, points: of.map((row) => [row[field], row[figure]] as const) })),
    };
  });
}

/** What tells a row from others with the same `field`. */
function nameBeside(row: RelayRow, field: (typeof AXES)[number][0]): string {
  const rest = AXES.filter(([other]) => other !== field).map(([other]) => `${row[other]} ${other}`);
  return [row.pattern, ...rest].join(', ');
}
