import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAILBOX_PAGE_BYTES } from '@parley/protocol';
import fc from 'fast-check';
import { systemClock } from '../src/clock.ts';
import { DEFAULT_LIMITS } from '../src/config.ts';
import type { Sink } from '../src/delivery/feed.ts';
import { Mailboxes } from '../src/delivery/mailboxes.ts';
import { Positions } from '../src/delivery/positions.ts';
import type { DeviceKey } from '../src/store/device-key.ts';
import type { Delivery, MailboxItem } from '../src/store/entries.ts';

const DEVICE: DeviceKey = 'bob/0102030405060708';

/**
 * A store in memory whose answers come when the test says, in any order: the real one answers in order, but `Mailboxes` does not
 * count on it. Calls take effect in the order they are made, as store.ts promises.
 */
class SlowStore {
  readonly disk: MailboxItem[] = [];
  readonly answers: (() => void)[] = [];

  readMailbox(_device: DeviceKey, after: bigint, limit: number, maxBytes: number): Promise<MailboxItem[]> {
    const items: MailboxItem[] = [];
    let bytes = 0;
    const stored = this.disk.filter(({ position }) => position > after).sort((a, b) => Number(a.position - b.position));
    for (const item of stored) {
      if (items.length === limit || bytes >= maxBytes) break;
      items.push(item);
      bytes += item.body.length;
    }
    return this.#later(items);
  }

  keep(deliveries: readonly Delivery[]): Promise<void> {
    this.disk.push(...deliveries);
    return this.#later(undefined);
  }

  append(deliveries: Delivery[], isKept: boolean): Promise<boolean> {
    if (isKept) this.disk.push(...deliveries);
    return this.#later(isKept);
  }

  #later<T>(result: T): Promise<T> {
    return new Promise((resolve) => this.answers.push(() => resolve(result)));
  }
}

class RecordingSink implements Sink {
  readonly positions: bigint[] = [];
  hasRoom = true;
  /** Items that fit before there is no more room. */
  capacity = Number.POSITIVE_INFINITY;
  #wake: (() => void)[] = [];

  push({ position }: MailboxItem): void {
    this.positions.push(position);
    this.capacity -= 1;
    if (this.capacity <= 0) this.hasRoom = false;
  }

  room(): Promise<void> {
    return this.hasRoom ? Promise.resolve() : new Promise((resolve) => this.#wake.push(resolve));
  }

  drain(): void {
    this.hasRoom = true;
    for (const wake of this.#wake.splice(0)) wake();
  }

  fail(error: unknown): void {
    throw error;
  }
}

/** All that has been answered is taken up. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const step = fc.oneof(
  fc.record({ kind: fc.constant('deliver' as const), isKept: fc.boolean() }),
  fc.record({ kind: fc.constant('answer' as const), index: fc.nat(20) }),
  fc.record({ kind: fc.constantFrom('push' as const, 'ack' as const, 'return' as const, 'fill' as const, 'drain' as const) }),
  fc.record({ kind: fc.constantFrom('push' as const, 'settle' as const, 'catch up' as const) }),
);

test('a device gets each item that was kept once and in order, whatever order the store answers in (property)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(10), async (steps, before) => {
      const store = new SlowStore();
      const mailboxes = new Mailboxes(store, 3, systemClock, DEFAULT_LIMITS);
      let sink = new RecordingSink();
      const received: bigint[] = [];
      const expected: bigint[] = [];
      let [pushed, safe, count] = [0, 0, 0n];
      const parcel = { device: DEVICE, opcode: 5, body: new Uint8Array(9) };
      // Positions rise by one with each call of either kind.
      const deliver = (isKept: boolean): void => {
        count += 1n;
        if (isKept) expected.push((3n << 32n) + count);
        void mailboxes.deliver(
          [parcel],
          (deliveries) => store.append(deliveries, isKept),
          (result) => result,
        );
      };
      const push = (): void => {
        const isPushed = mailboxes.pushFirst([parcel], () => {
          safe += 1;
        });
        if (!isPushed) {
          deliver(true);
          return;
        }
        count += 1n;
        expected.push((3n << 32n) + count);
        pushed += 1;
      };
      const catchUp = async (): Promise<void> => {
        sink.drain();
        do {
          for (const answer of store.answers.splice(0)) answer();
          await settled();
        } while (store.answers.length > 0);
      };
      const take = (): void => void received.push(...sink.positions.splice(0));
      const ack = (): void => {
        take();
        mailboxes.acked(DEVICE, received.at(-1) ?? 0n);
      };
      for (let i = 0; i < before; i++) deliver(i % 3 !== 0);
      let feed = mailboxes.attach(DEVICE, 0n, sink);
      if (before % 2 === 0) await catchUp();

      for (const { kind, ...rest } of steps) {
        if (kind === 'deliver') deliver((rest as { isKept: boolean }).isKept);
        else if (kind === 'answer') store.answers.splice((rest as { index: number }).index, 1)[0]?.();
        else if (kind === 'push') push();
        else if (kind === 'ack') ack();
        else if (kind === 'fill') sink.hasRoom = false;
        else if (kind === 'drain') sink.drain();
        else if (kind === 'settle') await settled();
        else if (kind === 'catch up') await catchUp();
        else {
          // What was pushed and not taken is lost on the way; the device comes back with the position it has stored.
          if (pushed % 2 === 0) take();
          mailboxes.detach(DEVICE, feed);
          sink = new RecordingSink();
          feed = mailboxes.attach(DEVICE, received.at(-1) ?? 0n, sink);
        }
      }
      await catchUp();
      ack();
      await settled();
      assert.deepEqual(received, expected);
      assert.equal(safe, pushed, 'what was pushed first is safe: acknowledged or on disk');
    }),
    { numRuns: 2_000 },
  );
});

test('pushes a page only as far as there is room, and the rest of it when there is room again', async () => {
  const store = new SlowStore();
  const mailboxes = new Mailboxes(store, 1, systemClock, DEFAULT_LIMITS);
  const body = new Uint8Array(10);
  const positions = Array.from({ length: 10 }, (_, i) => BigInt(i + 1));
  store.disk.push(...positions.map((position) => ({ position, opcode: 5, body })));
  const sink = new RecordingSink();
  sink.capacity = 3;
  mailboxes.attach(DEVICE, 0n, sink);
  const read = async (): Promise<void> => {
    await settled();
    for (const answer of store.answers.splice(0)) answer();
    await settled();
  };
  await read();
  assert.deepEqual(sink.positions, positions.slice(0, 3));
  assert.deepEqual(store.answers, [], 'what does not fit stays on disk');
  sink.capacity = 4;
  sink.drain();
  await read();
  assert.deepEqual(sink.positions, positions.slice(0, 7));
  sink.capacity = 4;
  sink.drain();
  await read();
  assert.deepEqual(sink.positions, positions);
});

test('reads a mailbox by pages of bounded bytes, to its end', async () => {
  const store = new SlowStore();
  const mailboxes = new Mailboxes(store, 1, systemClock, DEFAULT_LIMITS);
  const body = new Uint8Array(MAILBOX_PAGE_BYTES / 2);
  const positions = Array.from({ length: 5 }, (_, i) => BigInt(i + 1));
  store.disk.push(...positions.map((position) => ({ position, opcode: 5, body })));
  const sink = new RecordingSink();
  mailboxes.attach(DEVICE, 0n, sink);
  const pages: number[] = [];
  for (let before = -1; before < sink.positions.length; ) {
    before = sink.positions.length;
    await settled();
    for (const answer of store.answers.splice(0)) answer();
    await settled();
    pages.push(sink.positions.length - before);
  }
  assert.deepEqual(pages, [2, 2, 1, 0]);
});

test('pushes nothing to a device that has gone, and nothing of a delivery that failed', async () => {
  const store = new SlowStore();
  const mailboxes = new Mailboxes(store, 1, systemClock, DEFAULT_LIMITS);
  const sink = new RecordingSink();
  const feed = mailboxes.attach(DEVICE, 0n, sink);
  await settled();
  store.answers.splice(0)[0]?.();
  await settled();
  const parcel = { device: DEVICE, opcode: 5, body: new Uint8Array(0) };
  const failing = mailboxes.deliver(
    [parcel],
    () => Promise.reject(new Error('no')),
    () => true,
  );
  await assert.rejects(failing);
  const throwing = mailboxes.deliver(
    [parcel],
    () => {
      throw new Error('at once');
    },
    () => true,
  );
  await assert.rejects(throwing);
  const first = mailboxes.deliver(
    [parcel],
    (deliveries) => store.append(deliveries, true),
    () => true,
  );
  store.answers.splice(0)[0]?.();
  await first;
  assert.equal(sink.positions.length, 1); // the failed ones do not hold it up
  mailboxes.detach(DEVICE, feed);
  const second = mailboxes.deliver(
    [parcel],
    (deliveries) => store.append(deliveries, true),
    () => true,
  );
  store.answers.splice(0)[0]?.();
  await second;
  assert.equal(sink.positions.length, 1);
});

test('positions are the generation above a counter that rises for each device', () => {
  const positions = new Positions(7);
  assert.equal(positions.next('a/1'), (7n << 32n) + 1n);
  assert.equal(positions.next('a/1'), (7n << 32n) + 2n);
  assert.equal(positions.next('b/1'), (7n << 32n) + 1n);
  assert.equal(positions.mayHaveGivenOut('a/1', (7n << 32n) + 2n), true);
  assert.equal(positions.mayHaveGivenOut('a/1', (7n << 32n) + 3n), false);
  assert.equal(positions.mayHaveGivenOut('c/1', (6n << 32n) + 99n), true);
  assert.equal(positions.mayHaveGivenOut('c/1', (7n << 32n) + 1n), false);
});
