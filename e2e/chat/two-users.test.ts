import assert from 'node:assert/strict';
import { test } from 'node:test';
import { befriend, say, World } from '../support/world.ts';

test('two users see each other in LIST, ask, accept, and talk both ways with the right sender and text', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  assert.deepEqual(await alice.list(), ['alice', 'bob']);
  assert.deepEqual(await bob.list(), ['alice', 'bob']);

  await befriend(['alice', alice], ['bob', bob]);
  const beforeMs = Date.now();
  const toBob = await say(['alice', alice], ['bob', bob], 'Hello Bob — “çà va?” 👋', 'a1');
  const toAlice = await say(['bob', bob], ['alice', alice], 'Hello Alice', 'b1');

  assert.equal(toBob.from, 'alice');
  assert.equal(toAlice.from, 'bob');
  assert.ok(Math.abs(Number(toBob.at) - beforeMs) < 3_600_000, '`at` is the time of sending in milliseconds');
  assert.equal(await alice.quit(), 0);
  assert.equal(await bob.quit(), 0);
});

test('the asked user can speak first', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });
  bob.send({ do: 'accept', user: 'alice' }, { do: 'send', to: 'alice', text: 'come in', id: '1' });
  await alice.next('accepted', { by: 'bob' });
  await alice.next('message', { from: 'bob', text: 'come in' });
});

test("a third user's refusal reaches the one who asked, and nothing can be sent", async () => {
  await using world = await World.start();
  const [alice, carol] = await world.enterAll('alice', 'carol');
  alice.send({ do: 'request', user: 'carol' });
  await carol.next('request', { from: 'alice' });
  carol.send({ do: 'refuse', user: 'alice' });
  await alice.next('refused', { by: 'carol' });

  alice.send({ do: 'send', to: 'carol', text: 'listen anyway', id: '1' });
  await alice.next('error');
  alice.send({ do: 'request', user: 'carol' });
  await alice.next('error', { code: 'refused_recently' });
  assert.equal(carol.events.filter(({ event }) => event === 'message').length, 0);
});

test('two requests that cross are consent of both', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  alice.send({ do: 'request', user: 'bob' });
  bob.send({ do: 'request', user: 'alice' });
  await Promise.race([alice.next('accepted', { by: 'bob' }), bob.next('accepted', { by: 'alice' })]);
  await say(['alice', alice], ['bob', bob], 'at the same time', '1');
  await say(['bob', bob], ['alice', alice], 'indeed', '1');
});

test('quit removes the user from LIST, and its contact hears of it', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  assert.equal(await bob.quit(), 0);
  await alice.next('presence', { user: 'bob', online: false });
  assert.deepEqual(await alice.list(), ['alice']);

  const bobAgain = world.start('bob');
  await bobAgain.next('ready', { user: 'bob' });
  await alice.next('presence', { user: 'bob', online: true });
  assert.deepEqual(await alice.list(), ['alice', 'bob']);
});

test('a request taken back cannot be accepted', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });
  alice.send({ do: 'cancel', user: 'bob' });
  alice.send({ do: 'list' }); // answered after the cancel
  await alice.next('users');
  bob.send({ do: 'accept', user: 'alice' }, { do: 'send', to: 'alice', text: 'no conversation', id: '1' });
  await bob.next('error');
  alice.send({ do: 'send', to: 'bob', text: 'no conversation', id: '1' });
  await alice.next('error');
  assert.equal([...alice.events, ...bob.events].filter(({ event }) => event === 'message' || event === 'sent').length, 0);
});

test('1,000 messages each way arrive once and in order', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);

  const ids = Array.from({ length: 1_000 }, (_, index) => String(index));
  alice.send(...ids.map((id) => ({ do: 'send', to: 'bob', text: `to bob ${id}`, id })));
  bob.send(...ids.map((id) => ({ do: 'send', to: 'alice', text: `to alice ${id}`, id })));
  const [atAlice, atBob, sentByAlice, sentByBob] = await Promise.all([
    alice.collect('message', ids.length),
    bob.collect('message', ids.length),
    alice.collect('sent', ids.length),
    bob.collect('sent', ids.length),
  ]);
  await Promise.all([alice.list(), bob.list()]); // a duplicate would have come before this answer

  const texts = (events: typeof atBob): unknown[] => events.map((event) => event.text);
  assert.deepEqual(
    texts(atBob),
    ids.map((id) => `to bob ${id}`),
  );
  assert.deepEqual(
    texts(atAlice),
    ids.map((id) => `to alice ${id}`),
  );
  for (const client of [alice, bob]) {
    assert.equal(client.events.filter(({ event }) => event === 'message').length, ids.length);
    assert.equal(client.events.filter(({ event }) => event === 'error').length, 0);
  }
  for (const sent of [sentByAlice, sentByBob]) {
    assert.deepEqual(new Set(sent.map((event) => event.id)), new Set(ids));
  }
});

test('the end of input quits after what was sent has its OK', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  alice.send({ do: 'send', to: 'bob', text: 'last words', id: 'last' });
  assert.equal(await alice.endInput(), 0);
  assert.ok(alice.events.some(({ event, id }) => event === 'sent' && id === 'last'));
  await bob.next('message', { from: 'alice', text: 'last words' });
});

test('messages for a user who is away are there when it comes back', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await bob.quit();
  alice.send({ do: 'send', to: 'bob', text: 'one', id: '1' }, { do: 'send', to: 'bob', text: 'two', id: '2' });
  await alice.collect('sent', 2);
  await alice.quit();

  const bobAgain = world.start('bob');
  const messages = await bobAgain.collect('message', 2);
  assert.deepEqual(
    messages.map(({ from, text }) => [from, text]),
    [
      ['alice', 'one'],
      ['alice', 'two'],
    ],
  );
});
