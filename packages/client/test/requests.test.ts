import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Person, World } from './support/world.ts';

test('a refused request is told as refused, and may not be repeated at once', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  await bob.events.next('request');
  bob.client.refuse('alice');
  assert.deepEqual(await alice.events.next('refused'), { event: 'refused', by: 'bob' });
  alice.client.request('bob');
  assert.equal((await alice.events.next('error')).code, 'refused_recently');
  assert.equal(bob.events.of('request').length, 1);
});

test('a cancelled request cannot be accepted any more, and another may be sent', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  await bob.events.next('request');
  alice.client.cancel('bob');
  await alice.client.flush();
  bob.client.accept('alice');
  assert.equal((await bob.events.next('error')).code, 'unknown_request');
  await world.introduce(alice, bob);
});

test('requests that cross are consent of both', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  bob.client.request('alice');
  assert.equal((await alice.events.next('accepted')).by, 'bob');
  assert.equal((await bob.events.next('accepted')).by, 'alice');
  alice.client.send('bob', 'one', '1');
  bob.client.send('alice', 'two', '2');
  assert.equal((await bob.events.next('message')).text, 'one');
  assert.equal((await alice.events.next('message')).text, 'two');
  assert.deepEqual([...alice.events.of('error'), ...bob.events.of('error')], []);
});

test('a request that was answered by asking back is an acceptance', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  await bob.events.next('request');
  bob.client.request('alice');
  assert.equal((await alice.events.next('accepted')).by, 'bob');
});

test('who has accepted can send at once, also when the other has left', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  await bob.events.next('request');
  await alice.client.quit();
  bob.client.accept('alice');
  bob.client.send('alice', 'hello', '1');
  await bob.events.next('sent');
  const again = await world.start('alice', alice.vault);
  assert.equal((await again.events.next('accepted')).by, 'bob');
  assert.equal((await again.events.next('message')).text, 'hello');
});

test('asks nobody who does not exist, nor oneself, nor twice', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  alice.client.request('nobody');
  assert.deepEqual(await nextError(alice), ['unknown_user', 'nobody']);
  alice.client.request('alice');
  assert.deepEqual(await nextError(alice), ['malformed', 'alice']);
  alice.client.request('../etc');
  assert.deepEqual(await nextError(alice), ['malformed', '../etc']);
  alice.client.request('bob');
  assert.equal((await alice.events.next('error')).code, 'already_answered');
  assert.equal(bob.events.of('request').length, 1);
});

test('answers no request that there is not', async () => {
  await using world = await World.create();
  const alice = await world.person('alice');
  for (const command of ['accept', 'refuse', 'cancel'] as const) {
    alice.client[command]('bob');
    assert.equal((await alice.events.next('error')).code, 'unknown_request');
  }
});

test('sends nothing before consent', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.send('bob', 'hello', '1');
  assert.equal((await alice.events.next('error')).code, 'no_consent');
  alice.client.request('bob');
  await bob.events.next('request');
  alice.client.send('bob', 'hello', '2');
  assert.equal((await alice.events.next('error')).code, 'no_consent');
  assert.deepEqual(bob.events.of('message'), []);
});

test('shows nothing of a blocked user, who cannot tell', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  bob.client.block('alice');
  await bob.client.flush();
  alice.client.send('bob', 'hello?', '1');
  assert.equal((await alice.events.next('sent')).id, '1');
  const carol = await world.person('carol');
  bob.client.block('carol');
  await bob.client.flush();
  carol.client.request('bob');
  await carol.client.flush();
  assert.deepEqual([carol.events.of('error'), bob.events.of('message'), bob.events.of('error')], [[], [], []]);
  assert.equal(bob.events.of('request').length, 1, 'only the one of alice');
});

/** Its code, and the user it is about. */
async function nextError({ events }: Person) {
  const { code, user } = await events.next('error');
  return [code, user];
}
