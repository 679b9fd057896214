import assert from 'node:assert/strict';
import { assertHarmless, type Shown } from './harmless.ts';
import type { HostileText } from './hostile-texts.ts';

/** Each row but the first of a message stands where no name ever does, and none is wider than the terminal. */
export function assertKeepsBehindName(shown: readonly (readonly [HostileText, Shown])[]): void {
  for (const [{ name }, { lines, rows }] of shown) assert.equal(lines, rows, `${name}: the terminal has wrapped a row`);
  const asMeant = shown.map(([text, { rows }]) => [text, { rows, lines: rows.replaceAll(/\n {11}/g, ' ') }] as const);
  assertHarmless(asMeant, ({ rows }) => {
    const [first, ...others] = rows === '' ? [] : rows.split('\n');
    if (first !== undefined) assert.match(first, /^\d\d:\d\d bob:( |$)/);
    for (const row of others) assert.match(row, /^ {11}|^$/);
  });
}
