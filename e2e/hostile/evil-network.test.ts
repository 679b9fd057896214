import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRow, loadAccount } from '../../packages/client/src/records/records.ts';
import { World } from '../../packages/client/test/support/world.ts';
import type { MessageChange } from '../support/evil-network/change.ts';
import { EvilNetwork } from '../support/evil-network/evil-network.ts';

const KINDS: readonly MessageChange['does'][] = [
  { kind: 'flip', bit: 77 },
  { kind: 'cut', bytes: 1 },
  { kind: 'lengthen' },
  { kind: 'repeat' },
  { kind: 'reflect' },
];
const HOUR_MS = 3_600_000;

/** Who finds it and is the one to say so: Alice's client, the server (to her), or nobody. */
type Finder = 'client' | 'server' | 'nobody';

/**
 * By direction and message, and then kind, in that order: 0 and 1 are of the handshake (1.0 and 1.2, 1.1 and 1.3), 2 is the record after it.
 * A server has no channel to say anything in before a login has opened, and closes the connection.
 */
const FINDERS: readonly (readonly ['up' | 'down', number, readonly Finder[]])[] = [
  ['up', 0, ['client', 'nobody', 'nobody', 'nobody', 'client']],
  ['up', 1, ['nobody', 'nobody', 'nobody', 'server', 'client']],
  ['up', 2, ['server', 'server', 'server', 'server', 'client']],
  // Of a reflected 1.1 the client sees nothing but the end of the connection.
  ['down', 0, ['client', 'client', 'client', 'client', 'nobody']],
  ['down', 1, ['client', 'client', 'client', 'client', 'client']],
  ['down', 2, ['client', 'client', 'client', 'client', 'client']],
];

function finderOf({ code, message }: { code: string; message: string }): Finder {
  assert.equal(code, 'bad_record', message);
  return message.startsWith('what came from the server does not open') ? 'client' : 'server';
}

// What each change of each message comes to: e2e/harness/evil-network.ts. Here two people go through it.
test('people whose records are changed on the way are told bad_record, and all they say arrives once', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await alice.client.quit();
  await using network = await EvilNetwork.start(world.server.port);
  const account = (await loadAccount(alice.vault)) ?? assert.fail('there is an account');
  await alice.vault.write([{ put: accountRow({ ...account, port: network.port }) }]);
  const atOnce = -1; // no wait before a new connection
  const { monotonic } = world.environment;
  let hours = 0;
  const again = await world.start('alice', alice.vault, {
    random: () => atOnce,
    monotonic: () => monotonic() + hours * HOUR_MS,
  });
  await again.events.next('ready');
  await again.client.flush();

  const said: string[] = [];
  let checked = 0;
  for (const [direction, message, finders] of FINDERS) {
    for (const [index, does] of KINDS.entries()) {
      const text = `${does.kind} ${direction} ${message}`;
      hours += 1; // the same is told once an hour
      network.changeNext({ direction, message, does });
      network.cut();
      await again.events.next('offline');
      again.client.send('bob', text, text);
      said.push(text);
      await again.events.next('sent', ({ id }) => id === text);
      const finder = finders[index] ?? assert.fail();
      if (finder !== 'nobody') await again.events.next('error');
      await again.client.flush();
      const told = again.events.of('error').slice(checked).map(finderOf);
      assert.deepEqual(told, finder === 'nobody' ? [] : [finder], text);
      checked += told.length;
    }
  }
  await bob.events.take('message', said.length);
  assert.deepEqual(
    bob.events.of('message').map(({ text }) => text),
    said,
  );
});
