import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchCopier } from '../../src/store/sqlite/copy.ts';

const LARGE = 1_024 * 1_024;

test('copies what it is given, deep, so that the caller may reuse its buffers', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.uint8Array({ maxLength: 5_000 }),
      fc.integer(),
      fc.bigInt(),
      fc.string(),
      fc.constant(undefined),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'device', 'body'), tie('any')),
    ),
  })).any;
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), (args) => {
      const copier = new BatchCopier();
      const before = structuredClone(args);
      const copy = copier.copy(args);
      const overwrite = (part: unknown): void => {
        if (part instanceof Uint8Array) part.fill(0xee);
        else if (typeof part === 'object' && part !== null) Object.values(part).forEach(overwrite);
      };
      overwrite(args);
      assert.deepEqual(JSON.stringify(copy, replacer), JSON.stringify(before, replacer));
    }),
  );
});

test('keeps the calls of a batch apart, also where a buffer comes again with other bytes', () => {
  const copier = new BatchCopier();
  const buffer = new Uint8Array(100).fill(1);
  const first = copier.copy([buffer, buffer]);
  buffer.fill(2);
  const second = copier.copy([buffer]);
  assert.deepEqual(
    [...first, ...second].map((bytes) => bytes[99]),
    [1, 1, 2],
  );
  assert.equal(first[0], first[1], 'what is sent to many is copied once');
});

test('puts the bytes of many calls into a few buffers, and what is larger than these into its own', () => {
  const copier = new BatchCopier();
  const copies = Array.from({ length: 1_000 }, (_, i) => copier.copy([new Uint8Array(300).fill(i)])[0] as Uint8Array);
  const large = copier.copy([new Uint8Array(LARGE + 1)])[0] as Uint8Array;
  assert.ok(copier.buffers.length < 12, `${copier.buffers.length} buffers`);
  assert.equal(large.length, LARGE + 1);
  for (const [i, copy] of copies.entries()) assert.ok(copy.every((byte) => byte === i % 256));
  const moved = structuredClone({ copies, large }, { transfer: copier.buffers });
  assert.deepEqual(moved.copies[999], new Uint8Array(300).fill(999));
  assert.equal(copies[0]?.length, 0, 'they are no longer here');
});

test('refuses a number that is not a safe integer', () => {
  const copier = new BatchCopier();
  for (const number of [0.5, Number.NaN, 2 ** 53]) assert.throws(() => copier.copy([{ number }]), RangeError);
});

function replacer(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  return value instanceof Uint8Array ? [...value] : value;
}
