import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Unacked } from '../src/delivery/unacked.ts';

test('counts nothing once everything has its ACK', () => {
  const unacked = new Unacked();
  unacked.pushed(1n, 10);
  unacked.pushed(5n, 100_000);
  unacked.pushed(6n, 1);
  assert.equal(unacked.bytes, 100_011);
  unacked.acked(6n);
  assert.equal(unacked.bytes, 0);
});

test('never counts less than what has no ACK, and at most 16 KiB and one item more (property)', () => {
  const push = fc.record({ bytes: fc.nat(40_000), acks: fc.boolean(), behind: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(push), (steps) => {
      const unacked = new Unacked();
      const items: { position: bigint; bytes: number }[] = [];
      let acked = 0n;
      for (const { bytes, acks, behind } of steps) {
        const position = BigInt(items.length + 1);
        items.push({ position, bytes });
        unacked.pushed(position, bytes);
        if (acks) {
          const upTo = position - BigInt(behind);
          if (upTo > acked) acked = upTo;
          unacked.acked(upTo);
        }
        const open = items.filter((item) => item.position > acked).reduce((sum, item) => sum + item.bytes, 0);
        const largest = Math.max(...items.map((item) => item.bytes));
        assert.ok(unacked.bytes >= open && unacked.bytes <= open + 16 * 1_024 + largest, `${unacked.bytes} for ${open}`);
      }
    }),
  );
});
