import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublishReason } from '../src/conversations/key-packages.ts';
import { KeyPublisher } from '../src/conversations/key-publisher.ts';

test('publishes once at a time, and what was wanted meanwhile once afterwards', async () => {
  const { publisher, reasons, finish } = held();
  publisher.publish();
  publisher.publish('low');
  publisher.publish('low');
  assert.deepEqual(reasons, [undefined]);
  await finish();
  assert.deepEqual(reasons, [undefined, 'low']);
  await finish();
  assert.deepEqual(reasons, [undefined, 'low']);
});

test('keeps the strongest reason, whatever is wanted after it', async () => {
  for (const [wanted, strongest] of [
    [['low', undefined], 'low'],
    [['foreign', 'low', undefined], 'foreign'],
    [['low', 'foreign', 'low'], 'foreign'],
  ] as const) {
    const { publisher, reasons, finish } = held();
    publisher.publish();
    for (const reason of wanted) publisher.publish(reason);
    await finish();
    assert.deepEqual(reasons, [undefined, strongest], wanted.join());
  }
});

test('does not publish again for no reason: what is under way has looked whether it is due', async () => {
  const { publisher, reasons, finish } = held();
  publisher.publish('low');
  publisher.publish();
  await finish();
  assert.deepEqual(reasons, ['low']);
});

test('begins nothing once it was stopped', async () => {
  const { publisher, reasons, finish } = held();
  publisher.publish();
  publisher.publish('foreign');
  publisher.stop();
  await finish();
  publisher.publish('foreign');
  assert.deepEqual(reasons, [undefined]);
});

test('tells what it broke on', async () => {
  const broken = new Error('the vault is full');
  const told: unknown[] = [];
  const publisher = new KeyPublisher({ publish: () => Promise.reject(broken), onBroken: (error) => told.push(error) });
  publisher.publish();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told, [broken]);
});

/** Each time it publishes it takes until `finish`. */
function held() {
  const reasons: (PublishReason | undefined)[] = [];
  let done = (): void => {};
  const publisher = new KeyPublisher({
    publish: (reason) => {
      reasons.push(reason);
      return new Promise((resolve) => {
        done = resolve;
      });
    },
    onBroken: (error) => assert.fail(String(error)),
  });
  const finish = async (): Promise<void> => {
    done();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { publisher, reasons, finish };
}
