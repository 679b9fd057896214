/** What can be drawn. Values that are `null` are left out; so are those that a logarithmic axis has no place for. */
export type Chart = BarChart | LineChart;

export type Scale = 'linear' | 'logarithmic';

interface Axis {
  /** With the unit. */
  readonly label: string;
  readonly scale?: Scale;
}

/** Groups of bars, one of each series in each. */
export interface BarChart {
  readonly kind: 'bars';
  readonly title: string;
  readonly y: Axis;
  /** The bars of a group, in order. One series needs no legend. */
  readonly series: readonly string[];
  readonly groups: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

export interface LineChart {
  readonly kind: 'lines';
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [number, number | null])[] }[];
}
