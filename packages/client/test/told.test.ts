import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientEvent } from '../src/events.ts';
import type { Row } from '../src/vault/vault.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { type Person, World } from './support/world.ts';

/** What the vault holds at the moment in which a process is killed that has stored its events and not told them. */
function killedBeforeTelling(person: Person): Promise<Map<string, Row>> {
  return new Promise((resolve) => {
    person.vault.beforeWrite = (changes) => {
      const isMarker = changes.every((change) => 'delete' in change && change.delete.collection === 'event');
      if (isMarker) resolve(new Map(person.vault.rows));
    };
  });
}

test('a message that was stored and not shown is shown by the next run, once', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const killed = killedBeforeTelling(bob);
  alice.client.send('bob', 'hello', '1');
  const rows = await killed;
  await bob.client.quit();

  const again = await world.start('bob', new MemoryVault(rows));
  await again.events.next('message', ({ text }) => text === 'hello');
  const names = again.events.all.map(({ event }) => event);
  assert.ok(names.indexOf('ready') < names.indexOf('message'), names.join());
  await again.client.quit();
  const third = await world.start('bob', again.vault);
  await third.events.next('users');
  await third.client.quit();
  assert.equal(third.events.of('message').length, 0);
  assert.equal(again.events.of('message').length, 1);
});

test('`sent`, `accepted` and `refused` that were stored and not told are told by the next run', async () => {
  await using world = await World.create();
  const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((name) => world.person(name)));
  assert.ok(alice && bob && carol);
  const expectAgain = async (rows: Map<string, Row>, event: 'sent' | 'accepted' | 'refused'): Promise<Person> => {
    const again = await world.start('alice', new MemoryVault(rows));
    await again.events.next(event);
    return again;
  };

  let killed = killedBeforeTelling(alice);
  alice.client.request('bob');
  await bob.events.next('request');
  bob.client.accept('alice');
  let rows = await killed;
  await alice.client.quit();
  let again = await expectAgain(rows, 'accepted');

  killed = killedBeforeTelling(again);
  again.client.request('carol');
  await carol.events.next('request');
  carol.client.refuse('alice');
  rows = await killed;
  await again.client.quit();
  again = await expectAgain(rows, 'refused');

  killed = killedBeforeTelling(again);
  again.client.send('bob', 'hello', 'tag');
  rows = await killed;
  await again.client.quit();
  again = await expectAgain(rows, 'sent');
});

test('what was told leaves nothing behind', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  alice.client.send('bob', 'hello', '1');
  await bob.events.next('message');
  await alice.events.next('sent');
  await Promise.all([alice.client.quit(), bob.client.quit()]);
  for (const { vault } of [alice, bob]) {
    assert.deepEqual(
      [...vault.rows.values()].filter(({ collection }) => collection === 'event'),
      [],
    );
  }
});

/** Takes what is about one's own messages alone, as a program that only sends does. */
const ownAlone = ({ event }: ClientEvent): boolean => event === 'sent';

test('what a client does not take it hears of, and leaves to the next one, which is told once', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await bob.client.quit();
  alice.client.send('bob', 'while away', '1');
  await alice.events.next('sent');
  const sending = await world.start('bob', bob.vault, {}, ownAlone);
  await sending.events.next('message', ({ text }) => text === 'while away');
  sending.client.send('alice', 'mine', 'tag');
  await sending.events.next('sent', ({ id }) => id === 'tag');
  await sending.client.quit();

  const sendingAgain = await world.start('bob', bob.vault, {}, ownAlone);
  await sendingAgain.events.next('users');
  await sendingAgain.client.flush();
  await sendingAgain.client.quit();
  assert.equal(sendingAgain.events.of('message').length, 0, 'it is no news any more');

  const listening = await world.start('bob', bob.vault);
  await listening.events.next('message', ({ text }) => text === 'while away');
  await listening.client.quit();
  assert.equal(listening.events.of('sent').length, 0, 'that was taken');
  assert.equal(bob.vault.count('event'), 0);
});

test('of a row whose events are told together a client takes its own, and more than a page is left', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await bob.client.quit();
  const texts = Array.from({ length: 600 }, (_, i) => String(i));
  for (const text of texts) alice.client.send('bob', text, text);
  await alice.client.flush();
  const even = await world.start('bob', bob.vault, {}, (event) => event.event === 'message' && Number(event.text) % 2 === 0);
  await even.events.next('message', ({ text }) => text === '599');
  await even.client.quit();
  const rest = await world.start('bob', bob.vault);
  await rest.events.next('message', ({ text }) => text === '599');
  await rest.client.quit();
  assert.deepEqual(
    rest.events.of('message').map(({ text }) => text),
    texts.filter((text) => Number(text) % 2 === 1),
    'in order',
  );
  assert.equal(bob.vault.count('event'), 0);
});

test('what a listener takes its time for counts as told when its promise resolves', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const told = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  bob.client.listenInBatches((events) => {
    if (!events.some(({ event }) => event === 'message')) return;
    began.resolve();
    return told.promise;
  });
  alice.client.send('bob', 'hello', '1');
  await began.promise;
  const killed = new MemoryVault(new Map(bob.vault.rows));
  assert.equal(killed.count('event'), 1);
  told.resolve();
  await bob.client.quit();
  assert.equal(bob.vault.count('event'), 0);
});
