import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { MessageKind, MessageRowSchema } from '../src/gen/rows_pb.ts';
import { join } from '../src/join.ts';
import type { Row } from '../src/vault/vault.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { type Person, World } from './support/world.ts';

/** What a backup of the vault would hold. */
function copyOf(person: Person): Map<string, Row> {
  return new Map([...person.vault.rows].map(([key, row]) => [key, { ...row, value: row.value.slice() }]));
}

async function say(from: Person, to: Person, text: string): Promise<void> {
  from.client.send(to.name, text, text);
  assert.equal((await to.events.next('message', (event) => event.text === text)).from, from.name);
  await from.events.next('sent', ({ id }) => id === text);
}

/** The texts of one conversation's history, gaps as `-`, in order. */
function history(person: Person): string[] {
  const rows = [...person.vault.rows.values()].filter(({ collection }) => collection === 'message');
  const groups = new Set(rows.map(({ group }) => group));
  assert.equal(groups.size, 1, 'the history goes on in one place');
  return rows.sort((a, b) => (a.order ?? 0) - (b.order ?? 0)).map(({ key }) => key);
}

test('a vault restored from an old copy heals: both talk on, and its user is told what may be missing', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await say(alice, bob, 'one');
  await say(bob, alice, 'two');
  const old = copyOf(alice);
  await say(bob, alice, 'three');
  await alice.client.flush();
  await alice.client.quit();

  const restored = await world.start('alice', new MemoryVault(old));
  const { message } = await restored.events.next('error', ({ code }) => code === 'unreadable');
  assert.match(message, /missing in 1 conversation/);
  await say(restored, bob, 'four');
  await say(bob, restored, 'five');
  assert.equal(history(restored).length, 5, 'one, two, a gap, four, five');
  assert.equal(history(bob).length, 5);
  assert.equal(bob.events.of('error').length, 0);
});

test('what was sent to a restored vault while it was away is sent again in the new group, once', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const old = copyOf(alice);
  await say(bob, alice, 'before');
  await alice.client.flush();
  await alice.client.quit();
  const restored = await world.start('alice', new MemoryVault(old));
  for (let i = 0; i < 20; i += 1) bob.client.send('alice', `number ${i}`, String(i));
  const messages = await restored.events.take('message', 20);
  assert.deepEqual(
    messages.map(({ text }) => text),
    Array.from({ length: 20 }, (_, i) => `number ${i}`),
  );
  await say(restored, bob, 'thanks');
});

test('a user who has lost the vault comes back with the phrase, and the conversation goes on without a new request', async () => {
  await using world = await World.create();
  const bob = await world.person('bob');
  const lost = new MemoryVault();
  const { environment } = world;
  const { phrase } = await join({ environment, vault: lost, invite: await world.invite(), username: 'alice' });
  const alice = await world.start('alice', lost);
  await alice.events.next('users');
  await world.introduce(alice, bob);
  await say(alice, bob, 'before');
  await alice.client.quit();

  const vault = new MemoryVault();
  await join({ environment, vault, invite: await world.invite(), username: 'alice', recover: phrase });
  const again = await world.start('alice', vault);
  assert.equal((await again.events.next('accepted')).by, 'bob');
  const { message } = await again.events.next('error', ({ code }) => code === 'unreadable');
  assert.match(message, /you and bob have said before is missing/);
  await say(bob, again, 'welcome back');
  await say(again, bob, 'thank you');
  assert.equal(history(bob).length, 3);
  assert.equal(history(again).length, 3, 'a gap, welcome back, thank you');
  assert.equal(again.events.of('error').length, 1);
});

test('a message to somebody whose only device is gone waits for the new one', async () => {
  await using world = await World.create();
  const bob = await world.person('bob');
  const lost = new MemoryVault();
  const { environment } = world;
  const { phrase } = await join({ environment, vault: lost, invite: await world.invite(), username: 'alice' });
  const alice = await world.start('alice', lost);
  await alice.events.next('users');
  await world.introduce(alice, bob);
  await bob.client.quit();
  await alice.client.quit();
  const vault = new MemoryVault();
  await join({ environment, vault, invite: await world.invite(), username: 'alice', recover: phrase });

  // Alice's new device has not published KeyPackages yet: the group is made when it comes.
  const bobAgain = await world.start('bob', bob.vault);
  bobAgain.client.send('alice', 'are you there?', '1');
  await bobAgain.events.next('users');
  const again = await world.start('alice', vault);
  await again.events.next('message', ({ text }) => text === 'are you there?');
  await bobAgain.events.next('sent', ({ id }) => id === '1');
});

test('a group whose state was lost on one side is replaced as soon as something in it cannot be read', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const old = copyOf(bob);
  await say(alice, bob, 'one');
  await say(bob, alice, 'two');
  await bob.client.flush();
  await bob.client.quit();
  // An older ratchet: what it sends has been sent with the same keys before.
  const vault = new MemoryVault(bob.vault.rows);
  for (const [key, row] of old) if (row.collection === 'mls-secrets') vault.rows.set(key, row);
  const again = await world.start('bob', vault);
  again.client.send('alice', 'three', '3');
  await alice.events.next('error', ({ code }) => code === 'unreadable');
  await again.events.next('sent', ({ id }) => id === '3');
  await say(alice, again, 'four');
  await say(again, alice, 'five');
});

test('two who replace at once end up in one group', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const old = [copyOf(alice), copyOf(bob)] as const;
  await say(alice, bob, 'one');
  await say(bob, alice, 'two');
  for (const person of [alice, bob]) await person.client.flush();
  await Promise.all([alice.client.quit(), bob.client.quit()]);
  const [a, b] = await Promise.all([world.start('alice', new MemoryVault(old[0])), world.start('bob', new MemoryVault(old[1]))]);
  await say(a, b, 'three');
  await say(b, a, 'four');
});

test('an old copy of a vault that comes back while both talk: what cannot be read is marked, and nothing is lost from then on', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `number ${from + i}`);
  const talk = async (first: Person, from: number, to: number): Promise<void> => {
    for (const text of texts(from, to)) {
      first.client.send('bob', text, text);
      bob.client.send('alice', text, text);
    }
    await Promise.all([first.client.flush(), bob.client.flush()]);
  };
  await talk(alice, 0, 200);
  const old = copyOf(alice);
  // Keys are updated meanwhile, on both sides.
  await talk(alice, 200, 800);
  await alice.client.quit();
  // Bob goes on while nobody is there.
  for (const text of texts(800, 900)) bob.client.send('alice', text, text);
  const restored = await world.start('alice', new MemoryVault(old));
  for (const text of texts(800, 900)) restored.client.send('bob', text, text);
  await Promise.all([restored.client.flush(), bob.client.flush()]);
  await talk(restored, 900, 1_000);
  const shownFrom = (person: Person, from: number) =>
    person.events
      .of('message')
      .map(({ text }) => text)
      .filter((text) => Number(text.split(' ')[1]) >= from);
  // What was encrypted for keys that are gone is marked as missing, each message of it.
  const rows = [...restored.vault.rows.values()].filter(({ collection }) => collection === 'message');
  const gaps = rows.filter(({ value }) => fromBinary(MessageRowSchema, value).kind === MessageKind.GAP);
  const shown = shownFrom(restored, 800);
  assert.deepEqual(shown.slice(-100), texts(900, 1_000));
  assert.equal(shown.length + gaps.length, 200);
  assert.deepEqual(shownFrom(bob, 0), texts(0, 1_000));
  const codes = [...new Set(restored.events.of('error').map(({ code }) => code))];
  assert.deepEqual(
    codes.filter((code) => code !== 'state_mismatch'),
    ['unreadable'],
  );
  assert.deepEqual(bob.events.of('error'), []);
});
