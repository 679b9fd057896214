import type { Scale } from './chart.ts';

export interface Axis {
  /** Where a value stands, in pixels; `undefined` where there is no place for it. */
  at(value: number): number | undefined;
  readonly ticks: readonly number[];
}

const TICKS = 5;
const STEPS = [1, 2, 5, 10];

/**
 * @param from pixel of the smallest value
 * @param to pixel of the largest
 */
export function axisFor(values: readonly number[], scale: Scale, from: number, to: number): Axis {
  const finite = values.filter((value) => Number.isFinite(value));
  if (scale === 'linear') return linear(finite, from, to);
  const positive = finite.filter((value) => value > 0);
  return logarithmic(positive, from, to);
}

/** From 0 to the first round figure that nothing is above; what is below 0 stands there too. */
function linear(values: readonly number[], from: number, to: number): Axis {
  const highest = Math.max(0, ...values) || 1;
  const power = 10 ** Math.floor(Math.log10(highest / TICKS));
  const step = power * (STEPS.find((candidate) => candidate * power * TICKS >= highest) ?? 10);
  const end = Math.ceil(highest / step - 1e-9) * step;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
  return { at: (value) => from + (Math.max(0, value) / end) * (to - from), ticks };
}

/** Between powers of ten. */
function logarithmic(values: readonly number[], from: number, to: number): Axis {
  const lowest = Math.floor(Math.log10(values.length === 0 ? 1 : Math.min(...values)));
  const highest = Math.max(lowest + 1, ...values.map((value) => Math.ceil(Math.log10(value) - 1e-9)));
  const ticks = Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index));
  const at = (value: number): number | undefined =>
    value > 0 ? from + ((Math.log10(value) - lowest) / (highest - lowest)) * (to - from) : undefined;
  return { at, ticks };
}
