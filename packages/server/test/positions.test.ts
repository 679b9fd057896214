import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Positions } from '../src/delivery/positions.ts';
import type { DeviceKey } from '../src/store/device-key.ts';

const device = (number: number): DeviceKey => `user${number}/0102030405060708`;

test('gives each device rising positions of this generation, and knows which it may have given out', () => {
  const positions = new Positions(3);
  const [first, second] = [positions.next(device(1)), positions.next(device(1))];
  assert.deepEqual([first, second, positions.next(device(2))], [(3n << 32n) | 1n, (3n << 32n) | 2n, (3n << 32n) | 1n]);
  assert.equal(positions.mayHaveGivenOut(device(1), second), true);
  assert.equal(positions.mayHaveGivenOut(device(1), second + 1n), false);
  assert.equal(positions.mayHaveGivenOut(device(2), second), false);
  assert.equal(positions.mayHaveGivenOut(device(2), (2n << 32n) | 99n), true, 'of an earlier generation');
});

test('remembers a bounded number of devices, and gives none of the others a position twice (property)', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 200 }), fc.integer({ min: 1, max: 10 }), (devices, maxCounters) => {
      const positions = new Positions(1, maxCounters);
      const last = new Map<number, bigint>();
      for (const number of devices) {
        const position = positions.next(device(number));
        assert.ok(position > (last.get(number) ?? 0n));
        last.set(number, position);
        for (const [other, given] of last) assert.ok(positions.mayHaveGivenOut(device(other), given));
        assert.ok(positions.size <= maxCounters);
      }
    }),
  );
});
