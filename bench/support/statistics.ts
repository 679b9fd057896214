/** The middle one of the values; of an even number of them the upper one of the middle. NaN where there are none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param part from 0 to 1: so many of the values are smaller */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
}

export function longest(values: readonly number[]): number {
  return Math.max(0, ...values);
}

/** `value` in terms of `reference`; `null` where one of them is missing, or nothing can be told. */
export function ratio(value: number | null, reference: number | null): number | null {
  return value === null || reference === null || reference === 0 ? null : value / reference;
}
