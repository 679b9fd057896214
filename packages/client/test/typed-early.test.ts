import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { AcceptSchema, CancelSchema, MessageSchema } from '@parley/protocol/wire';
import { cancel } from '../src/conversations/requests.ts';
import { Scene } from './support/scene.ts';
import { World } from './support/world.ts';

// What is typed after `accept`, before the group could be made.

test('keeps what was typed after an acceptance off line when told to quit, and sends it with the next start', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  await bob.events.next('request');
  await world.stopServer();
  await bob.events.next('offline');
  bob.client.accept('alice');
  bob.client.send('alice', 'one', '1');
  bob.client.send('alice', 'two', '2');
  await bob.client.quit();
  await world.startServer();
  const again = await world.start('bob', bob.vault);
  assert.deepEqual(
    (await alice.events.take('message', 2)).map(({ text }) => text),
    ['one', 'two'],
  );
  assert.deepEqual(
    (await again.events.take('sent', 2)).map(({ id }) => id),
    ['1', '2'],
  );
  assert.deepEqual([...bob.events.of('error'), ...again.events.of('error')], []);
});

test('sends what waits for the group in order, and has it in the history', async () => {
  const scene = await Scene.create();
  const { alice, bob, start } = await scene.accepting();
  await bob.send('alice', 'one');
  start();
  await bob.settled();
  await bob.send('alice', 'two');
  const answer = await bob.hand(Opcode.ACCEPT, (body) => fromBinary(AcceptSchema, body));
  await alice.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, { ...answer, fromDevices: bob.list }));
  for (const { body } of bob.waiting(Opcode.MESSAGE)) await alice.deliver(Opcode.MESSAGE, body);
  assert.deepEqual(
    alice.of('message').map(({ text }) => text),
    ['one', 'two'],
  );
  const [conversation] = bob.context.records.conversations.rows.keys();
  const history = await bob.vault.scan('message', { group: conversation as string });
  assert.equal(history.length, 2);
  await bob.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(alice, 'bob', 'three')));
  assert.equal(toHex(bob.context.records.contacts.rows.get('alice')?.conversation ?? new Uint8Array(0)), conversation);
});

test('tells of each message that waited for a group that will not be made, by the id it was given', async () => {
  const { alice, bob } = await (await Scene.create()).accepting();
  await bob.send('alice', 'one', '1');
  await bob.send('alice', 'two', '2');
  await cancel(alice.context, 'bob');
  const cancelled = await alice.hand(Opcode.CANCEL, (body) => fromBinary(CancelSchema, body));
  await bob.deliver(Opcode.CANCEL, toBinary(CancelSchema, { ...cancelled, fromDevices: alice.list }));
  assert.deepEqual(bob.codes().sort(), ['no_consent', 'no_consent', 'unknown_request']);
  const dropped = bob.of('error').filter(({ code }) => code === 'no_consent');
  const message = 'a message to alice was not sent: the request was withdrawn or answered elsewhere';
  assert.deepEqual(
    dropped,
    ['1', '2'].map((id) => ({ event: 'error', code: 'no_consent', message, id, user: 'alice' })),
  );
  assert.equal(bob.context.outbox.size, 0);
});
