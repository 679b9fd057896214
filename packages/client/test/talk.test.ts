import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './support/world.ts';

test('two people who agreed talk both ways', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();

  alice.client.send('bob', 'hello bob', 'a1');
  assert.equal((await alice.events.next('sent')).id, 'a1');
  const { from, text, at } = await bob.events.next('message');
  assert.deepEqual({ from, text }, { from: 'alice', text: 'hello bob' });
  assert.ok(Number.isSafeInteger(at));

  bob.client.send('alice', 'hello alice', 'b1');
  assert.equal((await bob.events.next('sent')).id, 'b1');
  assert.equal((await alice.events.next('message')).text, 'hello alice');
  assert.deepEqual([...alice.events.of('error'), ...bob.events.of('error')], []);
});

test('a thousand messages sent at once each way arrive once and in order, over self-updates', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const texts = Array.from({ length: 1_000 }, (_, index) => `message ${index}`);
  for (const [index, text] of texts.entries()) {
    alice.client.send('bob', text, `a${index}`);
    bob.client.send('alice', text, `b${index}`);
  }
  // Of two that become safe by the same write, one ACKed and one stored, either OK may come first.
  for (const [{ events }, name] of [
    [alice, 'a'],
    [bob, 'b'],
  ] as const) {
    const sent = (await events.take('sent', 1_000)).map(({ id }) => id);
    assert.deepEqual(sent.toSorted(), texts.map((_, index) => `${name}${index}`).toSorted());
  }
  assert.deepEqual(
    (await alice.events.take('message', 1_000)).map(({ text }) => text),
    texts,
  );
  assert.deepEqual(
    (await bob.events.take('message', 1_000)).map(({ text }) => text),
    texts,
  );
  assert.deepEqual([...alice.events.of('error'), ...bob.events.of('error')], []);
});
