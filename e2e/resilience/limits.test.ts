import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScriptClient } from '../support/script-client.ts';
import { befriend, say, World } from '../support/world.ts';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

/** What a client was told that is no good news. */
function troubles({ events }: ScriptClient): unknown[] {
  return events.filter(({ event }) => event === 'error' || event === 'offline');
}

test('who sends five times as fast as the server takes it gets all of it across, in order, and nothing is refused', async () => {
  await using world = await World.start({ flags: ['--frames-per-second', '100'] });
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  const ids = numbers(500);
  alice.send(...ids.map((id) => ({ do: 'send', to: 'bob', text: id, id })));
  const sent = await alice.collect('sent', ids.length);
  const messages = await bob.collect('message', ids.length);
  assert.deepEqual(
    messages.map(({ text }) => text),
    ids,
  );
  // One that is pushed and waits for its ACK may be overtaken by the OK of one that is written.
  assert.deepEqual(new Set(sent.map(({ id }) => id)), new Set(ids));
  assert.deepEqual([troubles(alice), troubles(bob)], [[], []]);
});

test('clients that come faster than their address may all get in', async () => {
  await using world = await World.start({ flags: ['--handshakes-per-second', '3', '--limit-loopback'] });
  const users = numbers(5).map((number) => `user${number}`);
  for (const user of users) await world.join(user);
  const clients = users.map((user) => world.start(user));
  await Promise.all(clients.map((client, index) => client.next('ready', { user: users[index] })));
  const [first, second] = clients as [ScriptClient, ScriptClient];
  await befriend(['user0', first], ['user1', second]);
  await say(['user0', first], ['user1', second], 'hi', '1');
});

test('who finds no room at a full server gets in when somebody leaves', async () => {
  await using world = await World.start({ flags: ['--max-connections', '2'] });
  for (const user of ['alice', 'bob', 'carol']) await world.join(user);
  const [alice, bob] = [world.start('alice'), world.start('bob')];
  await Promise.all([alice.next('ready'), bob.next('ready')]);
  const carol = world.start('carol');
  await carol.next('offline');
  assert.deepEqual(await alice.list(), ['alice', 'bob']);
  await bob.quit();
  await carol.next('ready', { user: 'carol' });
});

test('a mailbox that is fuller than --mailbox-bytes is dropped: its user is told, and the conversation goes on', async () => {
  await using world = await World.start({ flags: ['--mailbox-bytes', '1048576'] });
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await bob.quit();
  const ids = numbers(30);
  alice.send(...ids.map((id) => ({ do: 'send', to: 'bob', text: id.padEnd(50_000), id })));
  await alice.collect('sent', ids.length);
  const again = world.start('bob');
  await again.next('error', { code: 'unreadable' });
  await say(['alice', alice], ['bob', again], 'after', 'after');
  const texts = again.events.filter(({ event }) => event === 'message').map(({ text }) => String(text).trim());
  assert.equal(texts.at(-1), 'after');
  assert.ok(texts.length < ids.length + 1, 'some are gone');
});
