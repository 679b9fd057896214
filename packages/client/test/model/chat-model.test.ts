import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../support/world.ts';
import { modelOn, shown } from './support.ts';

test('a request is in the tray with its safety number until it is answered, and then a conversation', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  await bob.client.quit();
  const { model, client, until } = await modelOn(world, bob.vault);
  alice.client.request('bob');
  const asked = await until(({ requests }) => requests.length > 0);
  assert.equal(asked.requests[0]?.from, 'alice');
  assert.match(asked.requests[0]?.safetyNumber ?? '', /^(\d{5} ){11}\d{5}$/);
  assert.deepEqual(asked.conversations, []);
  client.accept('alice');
  const { conversations } = await until(
    ({ requests, conversations }) => requests.length === 0 && conversations[0]?.canTalk === true,
  );
  assert.deepEqual(
    conversations.map(({ peer, unread }) => [peer, unread]),
    [['alice', 0]],
  );
  await until((state) => state.conversations[0]?.isOnline === true);
  await model.quit();
});

test('a request that was taken back leaves the tray by itself', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  await bob.client.quit();
  const { model, until } = await modelOn(world, bob.vault);
  alice.client.request('bob');
  await until(({ requests }) => requests.length === 1);
  alice.client.cancel('bob');
  await until(({ requests }) => requests.length === 0);
  await model.quit();
});

test('whoever was asked is named until they answer', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  await alice.client.quit();
  const { model, client, until } = await modelOn(world, alice.vault);
  client.request('bob');
  const state = await until(({ asked }) => asked.includes('bob'));
  assert.deepEqual(
    state.conversations.map(({ peer, canTalk }) => [peer, canTalk]),
    [['bob', false]],
  );
  await bob.events.next('request');
  bob.client.refuse('alice');
  const after = await until(({ asked }) => asked.length === 0);
  assert.deepEqual(after.conversations, []);
  await model.quit();
});

test('messages of a conversation that is not looked at are counted, and new where it is opened', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  alice.client.send('bob', 'seen', '1');
  await bob.events.next('message');
  await bob.client.quit();
  const first = await modelOn(world, bob.vault);
  await first.model.open('alice');
  await first.model.quit();

  const { model, until } = await modelOn(world, bob.vault);
  assert.equal(model.state.conversations[0]?.unread, 0, 'what was looked at stays read over a restart');
  alice.client.send('bob', 'one', '2');
  alice.client.send('bob', 'two', '3');
  await until(({ conversations }) => conversations[0]?.unread === 2);
  await model.open('alice');
  const { current, conversations } = model.state;
  assert.equal(conversations[0]?.unread, 0);
  assert.deepEqual(shown(current?.entries ?? []), ['alice: seen', 'alice: one', 'alice: two']);
  assert.equal(current?.newFrom, current?.entries[1]?.id);
  await model.quit();
});

test('what came while no client ran, and was told to nobody, is counted once', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await bob.client.quit();
  for (const id of ['1', '2', '3']) alice.client.send('bob', id, id);
  await alice.events.take('sent', 3);
  // Stored in the vault by one client, and by its own word told to nobody: the next one is told of it again.
  const quiet = await world.start('bob', bob.vault, {}, () => false);
  await quiet.events.take('message', 3);
  await quiet.client.quit();
  const { model, events } = await modelOn(world, bob.vault);
  assert.equal(model.state.conversations[0]?.unread, 3);
  await events.take('message', 3);
  assert.equal(model.state.conversations[0]?.unread, 3);
  await model.quit();
});

test('what is typed off line waits in the conversation, also over a restart, until the server has it', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await alice.client.quit();
  await world.stopServer();
  const offline = await modelOn(world, alice.vault);
  await offline.model.open('bob');
  offline.client.send('bob', 'later', '1');
  await offline.until(({ current }) => current?.entries.length === 1);
  assert.deepEqual(shown(offline.model.state.current?.entries ?? []), ['alice: later (waiting)']);
  assert.equal(offline.model.state.connection, 'connecting');
  await offline.model.quit();

  const again = await modelOn(world, alice.vault);
  await again.model.open('bob');
  assert.deepEqual(shown(again.model.state.current?.entries ?? []), ['alice: later (waiting)']);
  await world.startServer();
  await again.until(({ current }) => current?.entries[0]?.state === 'sent');
  assert.equal(again.model.state.connection, 'online');
  await bob.events.next('message');
  await again.model.quit();
});

test('the conversation that was looked at last is the one to go on with', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const carol = await world.person('carol');
  await world.introduce(alice, carol);
  await alice.client.quit();
  const first = await modelOn(world, alice.vault);
  await first.model.open('bob');
  await first.model.quit();
  carol.client.send('alice', 'newer', '1');
  await carol.events.next('sent');
  const { model, until } = await modelOn(world, alice.vault);
  assert.equal(model.last, 'bob');
  await until(({ conversations }) => conversations.some(({ peer, unread }) => peer === 'carol' && unread === 1));
  await model.quit();
  await bob.client.quit();
});

test('whoever is blocked is in no list any more', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await alice.client.quit();
  const { model, client, until } = await modelOn(world, alice.vault);
  assert.equal(model.state.conversations.length, 1);
  client.block('bob');
  await until(({ conversations }) => conversations.length === 0);
  assert.deepEqual(model.state.requests, []);
  await model.quit();
  await bob.client.quit();
});

test('a state that nothing has changed is the same object', async () => {
  await using world = await World.create();
  const { alice } = await world.pair();
  await alice.client.quit();
  const { model, until } = await modelOn(world, alice.vault);
  await until(({ connection }) => connection === 'online');
  await model.open('bob');
  await alice.client.done;
  assert.equal(model.state.current, model.state.current);
  assert.equal(model.state, model.state);
  await model.quit();
});

test('a conversation that was left before it was loaded stays unread', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const carol = await world.person('carol');
  await world.introduce(bob, carol);
  await bob.client.quit();
  const { model, until } = await modelOn(world, bob.vault);
  alice.client.send('bob', 'one', '1');
  await until(({ conversations }) => conversations.some(({ peer, unread }) => peer === 'alice' && unread === 1));
  await Promise.all([model.open('alice'), model.open('carol')]);
  await model.quit();
  const again = await modelOn(world, bob.vault);
  assert.equal(again.model.state.conversations.find(({ peer }) => peer === 'alice')?.unread, 1);
  assert.equal(again.model.last, 'carol');
  await again.model.quit();
});

test('a vault that cannot be read ends the client, and says why', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await bob.client.quit();
  const { model, client } = await modelOn(world, bob.vault);
  const damaged = new Error('damaged');
  bob.vault.scan = () => Promise.reject(damaged);
  await model.open('alice');
  await client.done.catch(() => {});
  assert.equal(model.error, damaged);
  await alice.client.quit();
});

test("one's own messages behind the mark hide none of theirs from the count", async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  for (let i = 0; i < 150; i += 1) bob.client.send('alice', `own ${i}`, `own ${i}`);
  await alice.events.take('message', 150);
  for (const id of ['1', '2', '3']) alice.client.send('bob', id, id);
  await bob.events.take('message', 3);
  await bob.client.quit();
  const { model } = await modelOn(world, bob.vault);
  assert.equal(model.state.conversations[0]?.unread, 3);
  await model.quit();
});

test('whoever was accepted off line can be written to at once', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  await bob.events.next('request');
  await bob.client.quit();
  await world.stopServer();
  const { model, client, until } = await modelOn(world, bob.vault);
  client.accept('alice');
  await until(({ conversations }) => conversations[0]?.canTalk === true);
  await model.open('alice');
  client.send('alice', 'early', '1');
  await until(({ current }) => current?.entries[0]?.state === 'waiting');
  await model.quit();
  await world.startServer();
});

test('whoever opens somebody who does not exist is back where they were', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await bob.client.quit();
  const { model, client, until } = await modelOn(world, bob.vault);
  await model.open('alice');
  client.request('nobody');
  await model.open('nobody');
  await until(({ current }) => current?.peer === 'alice');
  await model.quit();
  await alice.client.quit();
});

test('what comes while nobody looks is unread, and new when they look again', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await bob.client.quit();
  const { model, until } = await modelOn(world, bob.vault);
  await model.open('alice');
  alice.client.send('bob', 'seen', '1');
  await until(({ current }) => current?.entries.length === 1);
  model.look(false);
  alice.client.send('bob', 'one', '2');
  alice.client.send('bob', 'two', '3');
  const away = await until(({ conversations, current }) => conversations[0]?.unread === 2 && current?.entries.length === 3);
  assert.equal(away.current?.newFrom, away.current?.entries[1]?.id);
  model.look(true);
  assert.equal(model.state.conversations[0]?.unread, 0);
  assert.equal(model.state.current?.newFrom, away.current?.newFrom, 'the line stays while they read');
  await model.quit();
  const again = await modelOn(world, bob.vault);
  assert.equal(again.model.state.conversations[0]?.unread, 0);
  await again.model.quit();
});

test('what came while nobody looked is unread after a restart too', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await bob.client.quit();
  const { model, until } = await modelOn(world, bob.vault);
  await model.open('alice');
  model.look(false);
  alice.client.send('bob', 'one', '1');
  await until(({ conversations }) => conversations[0]?.unread === 1);
  await model.quit();
  const again = await modelOn(world, bob.vault);
  assert.equal(again.model.state.conversations[0]?.unread, 1);
  await again.model.quit();
});

test('each conversation says when its newest line was sent, whoever wrote it', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await bob.client.quit();
  const { model, client, until } = await modelOn(world, bob.vault);
  alice.client.send('bob', 'hello', '1');
  const theirs = await until(({ conversations }) => conversations[0]?.newestAt !== undefined);
  await model.open('alice');
  assert.equal(model.state.conversations[0]?.newestAt, theirs.conversations[0]?.newestAt);
  client.send('alice', 'hi', '2');
  const mine = await until(({ current }) => current?.entries.length === 2);
  const at = mine.current?.entries[1]?.at;
  assert.equal(mine.conversations[0]?.newestAt, at);
  model.close();
  assert.equal(model.state.conversations[0]?.newestAt, at);
  await model.quit();
  const again = await modelOn(world, bob.vault);
  assert.equal(again.model.state.conversations[0]?.newestAt, at);
  await again.model.quit();
});

test('what was typed and not sent is kept, and reading on does not lose it', async () => {
  await using world = await World.create();
  const { bob } = await world.pair();
  bob.client.keepDraft('alice', 'half a senten');
  bob.client.markRead('alice');
  await bob.client.quit();
  const { model, client } = await modelOn(world, bob.vault);
  assert.equal(client.draft('alice'), 'half a senten');
  client.keepDraft('alice', '');
  await model.quit();
  assert.equal(client.draft('alice'), '');
});
