import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACK_WAIT_MS } from '@parley/protocol';
import { LiveItems, type LiveLimits } from '../src/delivery/live-items.ts';
import type { DeviceKey } from '../src/store/device-key.ts';
import type { Delivery } from '../src/store/entries.ts';
import { ManualClock } from './support/manual-clock.ts';

const BOB: DeviceKey = 'bob/0102030405060708';
const CAROL: DeviceKey = 'carol/0102030405060708';
const ROOM: LiveLimits = { maxLiveBytes: 1_000, maxLiveBytesPerDevice: 1_000 };

function start(limits: LiveLimits = ROOM) {
  const clock = new ManualClock();
  const written: bigint[] = [];
  const noted: [DeviceKey, bigint][] = [];
  const safe: bigint[] = [];
  const disk = { fails: false, tries: 0 };
  const store = {
    keep: (deliveries: readonly Delivery[]) => {
      disk.tries += 1;
      if (disk.fails) return Promise.reject(new Error('no disk'));
      written.push(...deliveries.map(({ position }) => position));
      return Promise.resolve();
    },
  };
  const live = new LiveItems(store, clock, limits, (...note) => noted.push(note));
  const hold = (position: bigint, device = BOB, bytes = 10): void =>
    live.hold({ device, position, opcode: 5, body: new Uint8Array(bytes), atMs: 0 }, () => safe.push(position));
  return { clock, live, hold, written, noted, safe, disk };
}

/** What was rejected or resolved is taken up. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('is safe with the ACK and never written when that comes in time', () => {
  const { clock, live, hold, written, safe } = start();
  hold(1n);
  hold(2n);
  hold(3n);
  live.acked(BOB, 2n);
  assert.deepEqual(safe, [1n, 2n]);
  live.acked(BOB, 9n);
  assert.deepEqual(safe, [1n, 2n, 3n]);
  clock.advance(3 * ACK_WAIT_MS);
  assert.deepEqual(written, []);
});

test('takes the ACK of one device for no other', () => {
  const { live, hold, safe } = start();
  hold(1n);
  hold(2n, CAROL);
  live.acked(CAROL, 9n);
  assert.deepEqual(safe, [2n]);
});

test('writes what has waited for its ACK, all of that device, and says up to where', async () => {
  const { clock, live, hold, written, noted, safe } = start();
  hold(1n);
  clock.advance(ACK_WAIT_MS / 2);
  hold(2n);
  hold(3n, CAROL);
  live.acked(BOB, 0n);
  assert.deepEqual(safe, []);
  clock.advance(ACK_WAIT_MS / 2);
  assert.deepEqual(written, [1n, 2n]);
  assert.deepEqual(noted, [[BOB, 2n]]);
  clock.advance(ACK_WAIT_MS);
  assert.deepEqual(written, [1n, 2n, 3n]);
  await Promise.resolve();
  assert.deepEqual(safe, [1n, 2n, 3n]);
});

test('does not keep a timer for nothing, and starts one again', () => {
  const { clock, live, hold, written } = start();
  hold(1n);
  live.acked(BOB, 1n);
  clock.advance(10 * ACK_WAIT_MS);
  hold(2n);
  clock.advance(2 * ACK_WAIT_MS);
  assert.deepEqual(written, [2n]);
});

test('writes at once for a device that goes, and everything when the server stops', async () => {
  const { live, hold, written, safe } = start();
  hold(1n);
  hold(2n, CAROL);
  hold(3n);
  live.leave(BOB);
  assert.deepEqual(written, [1n, 3n]);
  live.leave(BOB);
  await live.writeAll();
  assert.deepEqual(written, [1n, 3n, 2n]);
  assert.deepEqual(safe, [1n, 3n, 2n]);
});

test('an ACK that comes after the write counts once', async () => {
  const { live, hold, safe } = start();
  hold(1n);
  const writing = live.writeAll();
  live.acked(BOB, 1n);
  await writing;
  assert.deepEqual(safe, [1n]);
});

test('is never safe when the disk fails', async () => {
  const { live, hold, safe, disk } = start();
  disk.fails = true;
  hold(1n);
  await live.writeAll();
  assert.deepEqual(safe, []);
});

test('holds what found no space on the disk, and writes it when there is space, before anything else is held', async () => {
  const { clock, live, hold, written, safe, disk } = start();
  disk.fails = true;
  hold(1n);
  hold(2n);
  let hasLeft = false;
  const left = live.leave(BOB)?.then(() => {
    hasLeft = true;
  });
  await turn();
  clock.advance(2_000);
  await turn();
  assert.deepEqual([written, safe, hasLeft, live.accepts(BOB, new Uint8Array(1))], [[], [], false, false]);
  disk.fails = false;
  clock.advance(2_000);
  await left;
  assert.deepEqual(
    [written, safe],
    [
      [1n, 2n],
      [1n, 2n],
    ],
  );
  assert.equal(live.accepts(BOB, new Uint8Array(1)), true);
});

test('does not try a full disk again for every item or every wait', async () => {
  const { clock, live, hold, disk } = start();
  disk.fails = true;
  hold(1n);
  live.write(BOB);
  for (let waits = 0; waits < 20; waits += 1) {
    clock.advance(ACK_WAIT_MS);
    await turn();
  }
  assert.ok(disk.tries >= 2 && disk.tries <= 3, `${disk.tries} tries within two seconds`);
});

test('an ACK makes safe what found no space on the disk', async () => {
  const { clock, live, hold, written, safe, disk } = start();
  disk.fails = true;
  hold(1n);
  hold(2n);
  live.write(BOB);
  await turn();
  live.acked(BOB, 1n);
  assert.deepEqual(safe, [1n]);
  disk.fails = false;
  clock.advance(2_000);
  await turn();
  assert.deepEqual(written, [2n]);
  assert.deepEqual(safe, [1n, 2n]);
});

test('has room for so many bytes of a device, and of all', async () => {
  const { live, hold } = start({ maxLiveBytes: 150, maxLiveBytesPerDevice: 100 });
  hold(1n, BOB, 90);
  assert.equal(live.accepts(BOB, new Uint8Array(10)), true);
  assert.equal(live.accepts(BOB, new Uint8Array(11)), false, 'of one device');
  assert.equal(live.accepts(CAROL, new Uint8Array(60)), true);
  assert.equal(live.accepts(CAROL, new Uint8Array(61)), false, 'of all');
  live.acked(BOB, 1n);
  assert.equal(live.accepts(CAROL, new Uint8Array(100)), true, 'an ACK gives it back');
  hold(2n, BOB, 100);
  await live.writeAll();
  assert.equal(live.accepts(BOB, new Uint8Array(100)), true, 'and so does a write');
});

test('waits for no device again that did not ACK in time, until it has caught up', () => {
  const { clock, live, hold, written } = start();
  hold(1n);
  hold(2n);
  clock.advance(2 * ACK_WAIT_MS);
  assert.deepEqual(written, [1n, 2n]);
  live.acked(BOB, 1n);
  assert.equal(live.accepts(BOB, new Uint8Array(1)), false);
  assert.equal(live.accepts(CAROL, new Uint8Array(1)), true);
  live.acked(BOB, 2n);
  assert.equal(live.accepts(BOB, new Uint8Array(1)), true);
});

test('gives a device that has gone and come back another chance', async () => {
  const { clock, live, hold } = start();
  hold(1n);
  clock.advance(2 * ACK_WAIT_MS);
  assert.equal(live.accepts(BOB, new Uint8Array(1)), false);
  await live.leave(BOB);
  assert.equal(live.accepts(BOB, new Uint8Array(1)), true);
});

test('counts what a body keeps in memory: all of the record that it came in, once', () => {
  const { live } = start();
  const record = new Uint8Array(600);
  const later = (body: Uint8Array, position: bigint): void =>
    live.hold({ device: BOB, position, opcode: 5, body, atMs: 0 }, () => {});
  assert.ok(live.accepts(BOB, record.subarray(0, 10)));
  later(record.subarray(0, 10), 1n);
  assert.ok(live.accepts(BOB, record.subarray(10, 20)));
  later(record.subarray(10, 20), 2n);
  assert.ok(!live.accepts(BOB, new Uint8Array(600).subarray(0, 10)), 'another record has no room');
  live.acked(BOB, 1n);
  assert.ok(!live.accepts(BOB, new Uint8Array(600).subarray(0, 10)), 'nor while anything of the first is held');
  live.acked(BOB, 2n);
  assert.ok(live.accepts(BOB, new Uint8Array(1_000)));
});
