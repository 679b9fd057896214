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
/** Of the handshake, and the first record after it. */
const FIRST_RECORD = 2;

// What each change of each message comes to: e2e/harness/evil-network.ts. Here two people go through it.
test('people whose records are changed on the way are told bad_record, and all they say arrives once', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await alice.client.quit();
  await using network = await EvilNetwork.start(world.server.port);
  const account = (await loadAccount(alice.vault)) ?? assert.fail('there is an account');
  await alice.vault.write([{ put: accountRow({ ...account, port: network.port }) }]);
  const atOnce = -1; // no wait before a new connection
  const again = await world.start('alice', alice.vault, { random: () => atOnce });
  await again.events.next('ready');
  await again.client.flush();

  const said: string[] = [];
  let found = 0;
  for (const direction of ['up', 'down'] as const) {
    for (let message = 0; message <= FIRST_RECORD; message += 1) {
      for (const does of KINDS) {
        const text = `${does.kind} ${direction} ${message}`;
        const before = again.events.of('error').length;
        network.changeNext({ direction, message, does });
        network.cut();
        await again.events.next('offline');
        again.client.send('bob', text, text);
        said.push(text);
        await again.events.next('sent', ({ id }) => id === text);
        const told = again.events.of('error').slice(before);
        // The server says it each time; what the client finds is told once until a connection lasts.
        if (message === FIRST_RECORD && direction === 'up') assert.ok(told.length > 0, `${text}: somebody is told`);
        if (direction === 'down') found += told.length;
        assert.ok(
          told.every(({ code }) => code === 'bad_record'),
          `${text}: ${JSON.stringify(told)}`,
        );
        await again.client.flush();
      }
    }
  }
  assert.ok(found > 0, 'what does not open at the client is told');
  await bob.events.take('message', said.length);
  assert.deepEqual(
    bob.events.of('message').map(({ text }) => text),
    said,
  );
});
