import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Store, StoreError, silentLog } from '../src/index.ts';
import { watchStore } from '../src/operations/watched-store.ts';
import { ManualClock } from './support/manual-clock.ts';

/** Which failures of a store mean that it is broken. */
function watched(error: Error) {
  const heard: unknown[] = [];
  const store = { setBlocked: () => Promise.reject(error) } as unknown as Store;
  const onBroken = (broken: unknown): void => void heard.push(broken);
  const watching = watchStore(store, { clock: new ManualClock(), log: silentLog, onBroken });
  const call = () => watching.setBlocked({ by: { device: 'bob/01', session: 1 }, user: 'eve', blocked: true, nowMs: 0 });
  return { heard, call };
}

test('hears once of a store that is broken', async () => {
  const error = new StoreError('broken', 'no more');
  const { heard, call } = watched(error);
  await assert.rejects(call(), error);
  await assert.rejects(call(), error);
  assert.deepEqual(heard, [error]);
});

test('does not take a full disk for a broken store, nor the fault of a caller', async () => {
  for (const error of [new StoreError('full', 'no space'), new RangeError('no number')]) {
    const { heard, call } = watched(error);
    await assert.rejects(call(), error);
    assert.deepEqual(heard, []);
  }
});
