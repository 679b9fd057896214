import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applySplice, spliceOf } from '../src/bridge/splice.ts';

const isSame = (a: number, b: number): boolean => a === b;
const list = fc.array(fc.nat(3), { maxLength: 8 });

test('a splice makes the second list of the first', () => {
  fc.assert(
    fc.property(list, list, (before, after) => {
      const splice = spliceOf(before, after, isSame);
      assert.deepEqual(splice === undefined ? before : applySplice(before, splice), after);
    }),
  );
});

test('there is none between lists that are the same', () => {
  fc.assert(fc.property(list, (both) => assert.equal(spliceOf(both, [...both], isSame), undefined)));
});

test('what is appended, put before, changed or removed is all that goes over', () => {
  assert.deepEqual(spliceOf([1, 2], [1, 2, 3], isSame), { start: 2, remove: 0, insert: [3] });
  assert.deepEqual(spliceOf([2, 3], [1, 2, 3], isSame), { start: 0, remove: 0, insert: [1] });
  assert.deepEqual(spliceOf([1, 2, 3], [1, 9, 3], isSame), { start: 1, remove: 1, insert: [9] });
  assert.deepEqual(spliceOf([1, 1, 1], [1, 1], isSame), { start: 2, remove: 1, insert: [] });
  assert.deepEqual(spliceOf([], [1], isSame), { start: 0, remove: 0, insert: [1] });
});

test('the list before stays as it was', () => {
  const before = Object.freeze([1, 2, 3]);
  assert.deepEqual(applySplice(before, { start: 1, remove: 1, insert: [8, 9] }), [1, 8, 9, 3]);
  assert.deepEqual(before, [1, 2, 3]);
});
