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

test('says that a full disk has space again when something was written, not when nothing had to be', async () => {
  const said: string[] = [];
  const log = { ...silentLog, error: (text: string) => said.push(text), warn: (text: string) => said.push(text) };
  const answers: unknown[] = [];
  const answer = (): Promise<unknown> => {
    const next = answers.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const store = { openSession: answer, setBlocked: answer } as unknown as Store;
  const watching = watchStore(store, { clock: new ManualClock(), log: log as never, onBroken: () => {} });
  const login = () => watching.openSession({ device: 'bob/01', channelKey: new Uint8Array(32) }).catch(() => {});
  const block = () => watching.setBlocked({ by: { device: 'bob/01', session: 1 }, user: 'eve', blocked: true, nowMs: 0 });
  answers.push(new StoreError('full', 'no space'), undefined, { refused: 'replaced' });
  await login();
  await login();
  await block();
  assert.equal(said.length, 1);
  answers.push('ok');
  await block();
  assert.equal(said.length, 2);
  assert.match(said[1] ?? '', /space again/);
});
