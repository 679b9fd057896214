import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryEntry } from '@parley/client';
import { rowsOf } from '../src/chat/rows.ts';
import { textEntry } from './states.ts';

const NOON = new Date(2026, 4, 1, 12).getTime();
const MINUTE = 60_000;

/** `day`, `new`, or the id of an entry, with a star where a name stands over it. */
function drawn(entries: readonly HistoryEntry[], newFrom?: string): string[] {
  return rowsOf({ entries, newFrom }).map((row) => {
    return row.kind === 'entry' ? row.entry.id + (row.isFirst ? '*' : '') : row.kind;
  });
}

test('a day begins with its name, and what one writes within minutes stands together', () => {
  const entries = [
    textEntry('1', NOON),
    textEntry('2', NOON + MINUTE),
    textEntry('3', NOON + 2 * MINUTE, 'alice'),
    textEntry('4', NOON + 20 * MINUTE, 'alice'),
    textEntry('5', NOON + 24 * 60 * MINUTE, 'alice'),
  ];
  assert.deepEqual(drawn(entries), ['day', '1*', '2', '3*', '4*', 'day', '5*']);
});

test('what is new has a line above it, and a name again', () => {
  assert.deepEqual(drawn([textEntry('1', NOON), textEntry('2', NOON + 1)], '2'), ['day', '1*', 'new', '2*']);
});

test('after something that is missing the name stands again', () => {
  const gap: HistoryEntry = { id: '1', conversation: 'bob', from: 'bob', at: NOON, position: 1, kind: 'gap' };
  assert.deepEqual(drawn([gap, textEntry('2', NOON + 1)]), ['day', '1*', '2*']);
});

test('nothing has no rows', () => assert.deepEqual(drawn([]), []));

test('times that never were are days of their own', () => {
  const times = [Number.NaN, -1e18, 1e18, Number.POSITIVE_INFINITY, NOON];
  const rows = drawn(times.map((at, index) => textEntry(String(index), at)));
  assert.deepEqual(
    rows.map((row) => row.replace('*', '')),
    ['day', '0', '1', '2', '3', 'day', '4'],
  );
});

test('each row has a key of its own', () => {
  const entries = Array.from({ length: 50 }, (_, index) => textEntry(String(index), NOON + index * 3_600_000));
  const keys = rowsOf({ entries, newFrom: '7' }).map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
});
