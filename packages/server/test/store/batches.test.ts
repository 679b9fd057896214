import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { Batches } from '../../src/store/sqlite/batches.ts';
import type { FromWorker, ToWorker } from '../../src/store/sqlite/calls.ts';

/** A worker whose answers the test gives. */
class Scripted extends EventEmitter {
  readonly asked: ToWorker[] = [];

  postMessage(message: ToWorker): void {
    this.asked.push(message);
  }

  answer(message: FromWorker): void {
    this.emit('message', message);
  }
}

test('carries out nothing that was called after a write that will be refused, before that has been', async () => {
  const worker = new Scripted();
  const batches = new Batches(worker as unknown as Worker);
  const write = (): Promise<string> => batches.call('raiseGeneration').then(String, (error: { reason: string }) => error.reason);
  const first = write();
  await turn();
  const second = write();
  await turn();
  assert.equal(worker.asked.length, 2, 'both are at the worker, which finds no space for the first');

  worker.answer({ kind: 'full', results: [undefined as never], failures: 1 });
  assert.equal(await first, 'full');
  await turn();
  const overtaking = write();
  const reading = batches.call('findUser', 'alice');
  await turn();
  assert.deepEqual(worker.asked.slice(2), [{ kind: 'batch', calls: [{ method: 'findUser', args: ['alice'] }], failures: 1 }]);
  assert.equal(await overtaking, 'full');

  worker.answer({ kind: 'full', results: [undefined as never], failures: 1 });
  assert.equal(await second, 'full');
  worker.answer({ kind: 'committed', results: [undefined] });
  assert.equal(await reading, undefined);
  await turn();
  const later = write();
  await turn();
  worker.answer({ kind: 'committed', results: [7] });
  assert.equal(await later, '7');
});
