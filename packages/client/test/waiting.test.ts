import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_OUTBOX, MAX_WAITING_COMMANDS } from '@parley/protocol';
import { World } from './support/world.ts';

const quota = (message: string, about: object) => ({ event: 'error', code: 'quota_exceeded', message, ...about });

test('takes 10,000 messages while the server is away, and tells of each that it does not take', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await world.stopServer();
  await alice.events.next('offline');
  for (let number = 0; number <= MAX_WAITING_COMMANDS; number += 1) alice.client.send('bob', `${number}`, `${number}`);
  assert.deepEqual(alice.events.of('error'), [
    quota('too many messages wait to be sent', { id: `${MAX_WAITING_COMMANDS}`, user: 'bob' }),
  ]);
  // They are in the outbox once there is room for more to be typed.
  const answer = await outboxIsFull();
  assert.deepEqual(answer, quota('too many messages wait to be sent', { id: 'one more', user: 'bob' }));

  await world.startServer();
  const sent = await alice.events.take('sent', MAX_OUTBOX);
  assert.deepEqual([sent[0]?.id, sent.at(-1)?.id], ['0', String(MAX_OUTBOX - 1)]);
  const shown = await bob.events.take('message', MAX_OUTBOX);
  assert.deepEqual(
    shown.map(({ text }) => text),
    Array.from({ length: MAX_OUTBOX }, (_, number) => String(number)),
  );

  async function outboxIsFull() {
    const before = alice.events.of('error').length;
    while (alice.vault.count('outbox') < MAX_OUTBOX) await new Promise((resolve) => setTimeout(resolve, 10));
    alice.client.send('bob', 'one more', 'one more');
    while (alice.events.of('error').length === before) await new Promise((resolve) => setTimeout(resolve, 10));
    return alice.events.of('error').at(-1);
  }
});

test('takes 10,000 commands at once, and tells of the next that it is too many', async () => {
  await using world = await World.create();
  const alice = await world.person('alice');
  for (let number = 0; number <= MAX_WAITING_COMMANDS; number += 1) alice.client.accept('bob');
  assert.deepEqual(alice.events.of('error'), [quota('too many commands wait for the server', { user: 'bob' })]);
  await alice.client.flush();
  assert.equal(alice.events.of('error').filter(({ code }) => code === 'unknown_request').length, MAX_WAITING_COMMANDS);
});
