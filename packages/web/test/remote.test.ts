import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, problemOf } from '../src/bridge/answering.ts';
import type { Calls } from '../src/bridge/calls.ts';
import { type Push, Remote, RemoteError } from '../src/bridge/remote.ts';
import type { CallMessage } from '../src/bridge/wire.ts';

/** Page and worker on the two ends of a channel that copies what goes over it, as between a page and a worker. */
function connect(calls: Partial<Calls>): { remote: Remote; pushes: Push[]; tell(push: Push): void } & Disposable {
  const { port1: page, port2: worker } = new MessageChannel();
  worker.onmessage = ({ data }: MessageEvent<CallMessage>) => {
    void answer(calls as Calls, data).then((message) => worker.postMessage(message));
  };
  const pushes: Push[] = [];
  const remote = new Remote(page as unknown as Worker, (push) => pushes.push(push));
  page.start();
  return { remote, pushes, tell: (push) => worker.postMessage(push), [Symbol.dispose]: () => page.close() };
}

test('a call is answered with what it returns', async () => {
  using ends = connect({ draft: async (user) => `draft for ${user}` });
  assert.equal(await ends.remote.call('draft', 'bob'), 'draft for bob');
});

test('each call has its own answer, in whatever order they come', async () => {
  const waiting: PromiseWithResolvers<string>[] = [];
  using ends = connect({
    draft: () => {
      const one = Promise.withResolvers<string>();
      waiting.push(one);
      return one.promise;
    },
  });
  const [first, second] = [ends.remote.call('draft', 'a'), ends.remote.call('draft', 'b')];
  while (waiting.length < 2) await new Promise((resolve) => setImmediate(resolve));
  waiting[1]?.resolve('second');
  assert.equal(await second, 'second');
  waiting[0]?.resolve('first');
  assert.equal(await first, 'first');
});

test('an error crosses with its name, code and message, and without its stack', async () => {
  class Refused extends Error {
    override readonly name = 'Refused';
    readonly code = 'no';
    readonly secret = 'never';
  }
  using ends = connect({
    request: async () => {
      throw new Refused('not now');
    },
  });
  const error = await ends.remote.call('request', 'bob').catch((caught: unknown) => caught);
  assert.ok(error instanceof RemoteError);
  assert.deepEqual({ ...error, message: error.message }, { name: 'Refused', code: 'no', message: 'not now' });
});

test('an error that is thrown at once is an answer too', async () => {
  using ends = connect({
    close: () => {
      throw new Error('at once');
    },
  });
  await assert.rejects(ends.remote.call('close'), /at once/);
});

test('what the worker tells without being asked is no answer', async () => {
  using ends = connect({ draft: async () => '' });
  ends.tell({ stage: { name: 'locked' } });
  await ends.remote.call('draft', 'bob');
  assert.deepEqual(ends.pushes, [{ stage: { name: 'locked' } }]);
});

test('a check of the server that failed is told by its name', () => {
  const error = Object.assign(new Error('not this server'), { check: 'pin' });
  assert.deepEqual(problemOf(error), { name: 'Error', code: undefined, message: 'not this server (check: pin)' });
});

test('what is no error is told as text', () => {
  assert.deepEqual(problemOf('a text'), { name: 'Error', code: undefined, message: 'a text' });
  assert.equal(problemOf(Object.assign(new Error('x'), { code: 7 })).code, undefined);
});
