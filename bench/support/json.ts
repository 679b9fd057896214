import type { Row } from './table.ts';

/** Digits after the decimal point: nothing here is measured better. */
const DIGITS = 3;

/** One JSON object on one line; what is no finite figure is `null`. */
export function jsonLine(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(DIGITS)) : value));
}
