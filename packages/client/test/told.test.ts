import assert from 'node:assert/strict';
import { test } from 'node:test';
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
