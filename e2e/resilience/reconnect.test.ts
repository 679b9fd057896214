import assert from 'node:assert/strict';
import { test } from 'node:test';
import { befriend, say, World } from '../support/world.ts';

test('chat starts without a server, says offline, and gets ready when the server comes', async () => {
  await using world = await World.start();
  await world.join('alice');
  await world.server.stop();
  const alice = world.start('alice');
  await alice.next('offline');
  alice.send({ do: 'list' }); // waits
  await world.restartServer();
  await alice.next('ready', { user: 'alice' });
  await alice.next('users');
});

test('clients reconnect after a restart of the server and go on in their conversation', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await say(['alice', alice], ['bob', bob], 'before', '1');

  await world.restartServer();
  await Promise.all([alice.next('offline'), bob.next('offline')]);
  await Promise.all([alice.next('online'), bob.next('online')]);
  await say(['alice', alice], ['bob', bob], 'after', '2');
  await say(['bob', bob], ['alice', alice], 'yes', '1');
});

test('what is sent while the server is away is sent when it is back, once', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await world.server.kill();
  await alice.next('offline');
  alice.send({ do: 'send', to: 'bob', text: 'patience', id: '1' }, { do: 'send', to: 'bob', text: 'is a virtue', id: '2' });
  await world.restartServer();
  await alice.collect('sent', 2);
  await bob.next('message', { text: 'patience' });
  await bob.next('message', { text: 'is a virtue' });
  await bob.list();
  assert.equal(bob.events.filter(({ event }) => event === 'message').length, 2);
});

test('a client that is killed under fire gets the rest after its restart: in order, nothing twice', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  const send = (from: number, to: number): void => {
    const ids = Array.from({ length: to - from }, (_, index) => String(from + index));
    alice.send(...ids.map((id) => ({ do: 'send', to: 'bob', text: `number ${id}`, id })));
  };
  send(0, 200);
  await bob.collect('message', 20);
  await bob.kill();
  send(200, 300);
  await alice.collect('sent', 300);

  const again = world.start('bob');
  await again.next('message', { text: 'number 299' });
  // What was printed by a process that was killed before it could note that is printed again, under the same id.
  const shown = new Map<unknown, unknown>();
  for (const run of [bob, again]) {
    const messages = run.events.filter(({ event }) => event === 'message');
    assert.equal(new Set(messages.map(({ id }) => id)).size, messages.length, 'nothing twice from one process');
    for (const { id, text } of messages) {
      assert.ok(!shown.has(id) || shown.get(id) === text, 'an id is that of one message');
      shown.set(id, text);
    }
  }
  assert.deepEqual(
    [...shown.values()],
    Array.from({ length: 300 }, (_, index) => `number ${index}`),
    'all, in order, nothing twice',
  );
});

test('a server that is killed gives every acknowledged message to a receiver who was away', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await bob.quit();
  const texts = Array.from({ length: 100 }, (_, index) => `number ${index}`);
  alice.send(...texts.map((text, index) => ({ do: 'send', to: 'bob', text, id: String(index) })));
  await alice.collect('sent', texts.length);
  await world.server.kill();
  await world.restartServer();

  const again = world.start('bob');
  const messages = await again.collect('message', texts.length);
  assert.deepEqual(
    messages.map((event) => event.text),
    texts,
  );
});

test('a server that is asked to stop ends with 0 while users are logged in', async () => {
  await using world = await World.start();
  const alice = await world.enter('alice');
  assert.equal(await world.server.stop(), 0);
  await alice.next('offline');
});
