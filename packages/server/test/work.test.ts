import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_WORK_BYTES, MAX_WORK_BYTES_IN_TOTAL } from '@parley/protocol';
import { TotalWork, Work } from '../src/session/work.ts';

test('has room for another request until too many are under way', () => {
  const work = new Work(2, new TotalWork());
  work.begin(1);
  assert.equal(work.hasRoom, true);
  work.begin(1);
  assert.equal(work.hasRoom, false);
  work.end(1);
  assert.equal(work.hasRoom, true);
});

test('has room for another request until those under way have too many bytes', () => {
  const work = new Work(100, new TotalWork());
  work.begin(MAX_WORK_BYTES - 1);
  assert.equal(work.hasRoom, true);
  work.begin(1);
  assert.equal(work.hasRoom, false);
});

test('has room for one request a connection while those of all connections have too many bytes', () => {
  const total = new TotalWork();
  const others = Array.from({ length: MAX_WORK_BYTES_IN_TOTAL / MAX_WORK_BYTES }, () => new Work(100, total));
  const work = new Work(100, total);
  for (const other of others) other.begin(MAX_WORK_BYTES);
  assert.equal(work.hasRoom, true, 'nobody is kept out');
  work.begin(1);
  assert.equal(work.hasRoom, false);
  others[0]?.end(MAX_WORK_BYTES);
  assert.equal(work.hasRoom, true);
});

test('wakes who waits for room when a request ends, and who waits for the end when all have', async () => {
  const work = new Work(1, new TotalWork());
  work.begin(1);
  const happened: string[] = [];
  void work.room().then(() => happened.push('room'));
  void work.idle().then(() => happened.push('idle'));
  work.begin(1);
  work.end(1);
  await Promise.resolve();
  assert.deepEqual(happened, []);
  work.end(1);
  await work.idle();
  assert.deepEqual(happened, ['room', 'idle']);
});
