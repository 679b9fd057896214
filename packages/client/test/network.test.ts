import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { ServerCheckError } from '@parley/protocol';
import { ConnectError, LoginError } from '../src/errors.ts';
import { type Account, ProgressSchema } from '../src/gen/rows_pb.ts';
import { join } from '../src/join.ts';
import { ACCOUNT_KEY, accountRow, loadAccount, progressRow } from '../src/records/records.ts';
import { LossySockets } from './support/lossy-socket.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { type Person, World } from './support/world.ts';

test('says ready, then who is on line, oneself included', async () => {
  await using world = await World.create();
  const vault = new MemoryVault();
  const joined = await join({ environment: world.environment, vault, invite: await world.invite(), username: 'alice' });
  assert.equal(joined.user, 'alice');
  assert.equal(joined.server, `localhost:${world.server.port}`);
  assert.equal(joined.phrase.split(' ').length, 24);
  const alice = await world.start('alice', vault);
  await alice.events.next('users');
  assert.deepEqual(alice.events.all, [
    { event: 'ready', user: 'alice', server: `localhost:${world.server.port}` },
    { event: 'users', users: [{ user: 'alice', online: true }] },
  ]);
  await world.person('bob');
  alice.client.list();
  assert.deepEqual(
    (await alice.events.next('users')).users.map(({ user }) => user),
    ['alice', 'bob'],
  );
});

test('tells contacts who comes and goes', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await bob.client.quit();
  assert.deepEqual(await alice.events.next('presence', ({ online }) => !online), {
    event: 'presence',
    user: 'bob',
    online: false,
  });
  await world.start('bob', bob.vault);
  assert.deepEqual(await alice.events.next('presence', ({ online }) => online), { event: 'presence', user: 'bob', online: true });
});

test('sends what was typed while the server was away, in order, before anything newer', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await world.stopServer();
  await alice.events.next('offline');
  await bob.events.next('offline');
  for (const id of ['1', '2', '3']) alice.client.send('bob', `message ${id}`, id);
  alice.client.list();
  await world.startServer();
  await alice.events.next('online');
  alice.client.send('bob', 'message 4', '4');
  assert.deepEqual(
    (await alice.events.take('sent', 4)).map(({ id }) => id),
    ['1', '2', '3', '4'],
  );
  const received = (await bob.events.take('message', 4)).map(({ text }) => text);
  assert.deepEqual(received, ['message 1', 'message 2', 'message 3', 'message 4']);
  await alice.events.take('users', 2);
});

test('starts without a server: says offline, takes commands, and carries them out later', async () => {
  await using world = await World.create();
  const alice = await world.person('alice');
  const bob = await world.person('bob');
  await alice.client.quit();
  await world.stopServer();
  const again = await world.start('alice', alice.vault);
  await again.events.next('offline');
  again.client.request('bob');
  await world.startServer();
  await again.events.next('ready');
  await bob.events.next('request');
  bob.client.accept('alice');
  bob.client.send('alice', 'hello', '1');
  assert.equal((await again.events.next('message')).text, 'hello');
  assert.deepEqual(
    again.events.all.slice(0, 3).map(({ event }) => event),
    ['offline', 'ready', 'online'],
  );
});

test('goes on from the vault after a restart, both ways', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  alice.client.send('bob', 'before', '1');
  await bob.events.next('message');
  await bob.client.quit();
  alice.client.send('bob', 'while he was away', '2');
  await alice.events.take('sent', 2);
  await alice.client.quit();
  const bobAgain = await world.start('bob', bob.vault);
  assert.equal((await bobAgain.events.next('message')).text, 'while he was away');
  const aliceAgain = await world.start('alice', alice.vault);
  bobAgain.client.send('alice', 'welcome back', '3');
  assert.equal((await aliceAgain.events.next('message')).text, 'welcome back');
  assert.equal(bobAgain.events.of('message').length, 1);
});

test('sends again what had no OK, and the other side shows it once', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await alice.client.quit();
  const lossy = new LossySockets();
  const again = await world.start('alice', alice.vault, { openSocket: lossy.open });
  await again.events.next('users');
  lossy.deaf = true;
  again.client.send('bob', 'only once', '1');
  assert.equal((await bob.events.next('message')).text, 'only once');
  assert.deepEqual(again.events.of('sent'), []);
  lossy.cut();
  lossy.deaf = false;
  assert.equal((await again.events.next('sent')).id, '1');
  again.client.send('bob', 'and on', '2');
  assert.equal((await bob.events.next('message')).text, 'and on');
  assert.deepEqual(
    bob.events.of('message').map(({ text }) => text),
    ['only once', 'and on'],
  );
});

test('sends a message again after a restart that came before its OK', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await world.stopServer();
  await alice.events.next('offline');
  alice.client.send('bob', 'from the vault', '1');
  await alice.client.quit();
  await world.startServer();
  const again = await world.start('alice', alice.vault);
  assert.equal((await again.events.next('sent')).id, '1');
  assert.equal((await bob.events.next('message')).text, 'from the vault');
});

test('shows unanswered requests again after a restart, once', async () => {
  await using world = await World.create();
  const alice = await world.person('alice');
  const bob = await world.person('bob');
  alice.client.request('bob');
  await bob.events.next('request');
  await bob.client.quit();
  const again = await world.start('bob', bob.vault);
  assert.equal((await again.events.next('request')).from, 'alice');
  again.client.accept('alice');
  assert.equal((await alice.events.next('accepted')).by, 'bob');
  assert.equal(again.events.of('request').length, 1);
});

test('goes on with an acceptance that an earlier run could not carry out', async () => {
  await using world = await World.create();
  const alice = await world.person('alice');
  const bob = await world.person('bob');
  alice.client.request('bob');
  await bob.events.next('request');
  await world.stopServer();
  await bob.events.next('offline');
  bob.client.accept('alice');
  await bob.client.quit();
  await world.startServer();
  const again = await world.start('bob', bob.vault);
  assert.equal((await alice.events.next('accepted')).by, 'bob');
  again.client.send('alice', 'here I am', '1');
  assert.equal((await alice.events.next('message')).text, 'here I am');
  assert.deepEqual([...bob.events.of('error'), ...again.events.of('error')], []);
});

test('sends what was given to it before it was on line, when told to quit right after', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await alice.client.quit();
  const again = await world.start('alice', alice.vault);
  again.client.send('bob', 'in a hurry', '1');
  await again.client.quit();
  assert.equal(again.events.of('sent').length, 1);
  assert.equal((await bob.events.next('message')).text, 'in a hurry');
});

test('stops for good at a server whose CA is not the pinned one, and sends it no login', async () => {
  await using world = await World.create();
  const alice = await world.person('alice');
  await alice.client.quit();
  await change(alice.vault, { caPin: new Uint8Array(32) });
  const lossy = new LossySockets();
  const { client, events } = await world.start('alice', alice.vault, { openSocket: lossy.open });
  await assert.rejects(client.done, (error) => error instanceof ServerCheckError && error.check === 'ca_pin');
  assert.deepEqual(events.all, []);
  assert.deepEqual(lossy.sent, [1_216], 'nothing after 1.0');
});

test('stops for good where a CRL with a lower number is shown than one seen before', async () => {
  await using world = await World.create();
  const alice = await world.person('alice');
  await alice.client.quit();
  await alice.vault.write([{ put: progressRow(create(ProgressSchema, { crlNumber: '999999999999999999999' })) }]);
  const { client } = await world.start('alice', alice.vault);
  await assert.rejects(client.done, (error) => error instanceof ServerCheckError && error.check === 'crl_rollback');
});

test('goes on where the server remembers other positions than the device does', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  await alice.client.quit();
  const progress = create(ProgressSchema, { position: 0xffff_ffff_0000_0001n });
  await alice.vault.write([{ put: progressRow(progress) }]);
  const again = await world.start('alice', alice.vault);
  assert.equal((await again.events.next('error')).code, 'state_mismatch');
  bob.client.send('alice', 'are you there?', '1');
  assert.equal((await again.events.next('message')).text, 'are you there?');
});

test('stops for good when the server does not accept the account', async () => {
  await using world = await World.create();
  const alice = await world.person('alice');
  await alice.client.quit();
  await change(alice.vault, { username: 'nobody' });
  const { client } = await world.start('nobody', alice.vault);
  await assert.rejects(client.done, (error) => error instanceof LoginError && error.code === 'auth_failed');
});

test('stops for good when the device logs in elsewhere', async () => {
  await using world = await World.create();
  const alice = await world.person('alice');
  const copy = new MemoryVault();
  for (const [key, row] of alice.vault.rows) copy.rows.set(key, row);
  await world.start('alice', copy);
  await assert.rejects(alice.client.done, (error) => error instanceof LoginError && error.code === 'replaced');
});

test('joins again with the same vault when the answer was lost', async () => {
  await using world = await World.create();
  const vault = new MemoryVault();
  const invite = await world.invite();
  const lossy = new LossySockets();
  // The answer to 1.2 is lost, and then the connection.
  lossy.afterSend = () => {
    if (lossy.sent.length < 2) return;
    lossy.deaf = true;
    setTimeout(() => lossy.cut(), 200);
  };
  const options = { vault, invite, username: 'alice' };
  const failed = join({ ...options, environment: { ...world.environment, openSocket: lossy.open } });
  await assert.rejects(failed, (error) => error instanceof ConnectError && error.loginSent);
  assert.equal((await join({ ...options, environment: world.environment })).user, 'alice');
  assert.equal((await loadAccount(vault))?.inviteToken.length, 0);
});

test('does not join with an invite that is used up, nor under a name that is taken', async () => {
  await using world = await World.create();
  const { link } = await world.server.createInvite({ uses: 1 });
  const { environment } = world;
  await join({ environment, vault: new MemoryVault(), invite: link, username: 'alice' });
  const usedUp = join({ environment, vault: new MemoryVault(), invite: link, username: 'bob' });
  await assert.rejects(usedUp, (error) => error instanceof LoginError && error.code === 'invite_invalid');
  const taken = join({ environment, vault: new MemoryVault(), invite: await world.invite(), username: 'alice' });
  await assert.rejects(taken, (error) => error instanceof LoginError && error.code === 'username_taken');
});

test('cannot join where no server is', async () => {
  await using world = await World.create();
  const invite = await world.invite();
  await world.stopServer();
  const joining = join({ environment: world.environment, vault: new MemoryVault(), invite, username: 'alice' });
  await assert.rejects(joining, (error) => error instanceof ConnectError && !error.loginSent);
});

test('quits only after what was sent has its OK', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  for (let index = 0; index < 200; index += 1) alice.client.send('bob', `message ${index}`, String(index));
  await alice.client.quit();
  await alice.client.done;
  assert.equal(alice.events.of('sent').length, 200);
  await bob.events.take('message', 200);
});

async function change(vault: Person['vault'], changes: Partial<Account>): Promise<void> {
  const account = await loadAccount(vault);
  assert.ok(account, ACCOUNT_KEY);
  await vault.write([{ put: accountRow({ ...account, ...changes }) }]);
}
