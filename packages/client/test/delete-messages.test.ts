import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { AcceptSchema, MessageSchema } from '@parley/protocol/wire';
import { deleteMessages } from '../src/conversations/delete-messages.ts';
import type { Row, WriteOptions } from '../src/vault/vault.ts';
import type { Device } from './support/device.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { Scene } from './support/scene.ts';
import { type Person, World } from './support/world.ts';

test('deletes what somebody has said, and keeps that it was seen: a mailbox that repeats it brings it back no more', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = await scene.say(bob, 'alice', 'hello');
  await alice.deliver(Opcode.MESSAGE, toBinary(MessageSchema, message));
  const id = toHex(message.id);
  await deleteMessages(alice.context, [id]);
  assert.deepEqual(alice.of('deleted'), [{ event: 'deleted', id }]);
  await alice.deliver(Opcode.MESSAGE, toBinary(MessageSchema, message));
  assert.deepEqual(await alice.history.page('bob'), []);
  assert.equal(alice.of('message').length, 1);
  assert.deepEqual(alice.codes(), []);
});

test('deletes what one has said oneself, by the id that `sent` gives', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  alice.client.send('bob', 'one', '1');
  alice.client.send('bob', 'two', '2');
  const { message: id } = await alice.events.next('sent', ({ id: tag }) => tag === '1');
  assert.equal((await bob.events.next('message')).id, id, 'the same at both ends');
  await alice.events.next('sent', ({ id: tag }) => tag === '2');
  await bob.events.next('message', ({ text }) => text === 'two');
  alice.client.delete(id);
  await alice.events.next('deleted', (event) => event.id === id);
  assert.deepEqual(await said(alice), ['two']);
  assert.deepEqual(await said(bob), ['one', 'two'], 'the other one keeps it');
});

test('deletes a mark that something is missing', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  await alice.deliver(
    Opcode.MESSAGE,
    toBinary(MessageSchema, { ...(await scene.say(bob, 'alice', 'x')), ciphertext: new Uint8Array(9) }),
  );
  const [gap] = await alice.history.page('bob');
  assert.equal(gap?.kind, 'gap');
  await deleteMessages(alice.context, [gap.id]);
  assert.deepEqual(await alice.history.page('bob'), []);
});

test('says unknown_message, and which, where there is none: never there, deleted before, or the key of something else', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = await scene.say(bob, 'alice', 'hello');
  await alice.deliver(Opcode.MESSAGE, toBinary(MessageSchema, message));
  await scene.ask(alice, 'carol').catch(() => {});
  await alice.context.records.transact(async (transaction) => {
    alice.context.outbox.add(transaction, { key: 'block/dave', opcode: Opcode.SETTINGS, peer: 'dave', body: new Uint8Array(1) });
  });
  const before = alice.context.outbox.size;
  const ids = ['00'.repeat(16), toHex(message.id), toHex(message.id), 'block/dave', '', '\u0000', 'constructor'];
  await deleteMessages(alice.context, ids);
  assert.deepEqual(alice.codes(), new Array(6).fill('unknown_message'));
  assert.deepEqual(
    alice.of('error').map(({ id }) => id),
    ids.filter((_, index) => index !== 1),
  );
  assert.equal(alice.context.outbox.size, before);
});

test('says not_sent of one on its way, which stays and is sent', async () => {
  const scene = await Scene.create();
  const { alice } = await scene.pair();
  await alice.send('bob', 'hello');
  const id = waitingId(alice);
  await deleteMessages(alice.context, [id]);
  assert.deepEqual([alice.codes(), alice.of('deleted')], [['not_sent'], []]);
  await alice.hand(Opcode.MESSAGE, (body) => body);
  await deleteMessages(alice.context, [id]);
  assert.deepEqual(alice.of('deleted'), [{ event: 'deleted', id }]);
});

test('says not_sent of one that waits to be encrypted again: the server may have it from before', async () => {
  const scene = await Scene.create();
  const { alice } = await scene.pair();
  await alice.send('bob', 'hello');
  const id = waitingId(alice);
  await alice.refuse(id, 'stale_epoch');
  assert.equal(alice.waiting(Opcode.MESSAGE)[0]?.body.length, 0);
  await deleteMessages(alice.context, [id]);
  assert.deepEqual([alice.codes(), alice.of('deleted')], [['not_sent'], []]);
});

test('takes one back that was never encrypted: it is not sent when it could be', async () => {
  const { alice, bob, start } = await (await Scene.create()).accepting();
  await bob.send('alice', 'taken back');
  await bob.send('alice', 'sent');
  await deleteMessages(bob.context, [waitingId(bob)]);
  assert.equal(bob.of('deleted').length, 1);
  start();
  await bob.settled();
  const answer = await bob.hand(Opcode.ACCEPT, (body) => fromBinary(AcceptSchema, body));
  await alice.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, { ...answer, fromDevices: bob.list }));
  for (const { body } of bob.waiting(Opcode.MESSAGE)) await alice.deliver(Opcode.MESSAGE, body);
  assert.deepEqual(
    alice.of('message').map(({ text }) => text),
    ['sent'],
  );
  assert.deepEqual(bob.codes(), []);
});

test('tells nothing of a deleted message that an earlier run had stored to be told', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  const killed = new Promise<Map<string, Row>>((resolve) => {
    bob.vault.beforeWrite = (changes) => {
      if (changes.every((change) => 'delete' in change && change.delete.collection === 'event')) resolve(new Map(bob.vault.rows));
    };
  });
  alice.client.send('bob', 'hello', '1');
  const rows = await killed;
  const { id } = await bob.events.next('message');
  await bob.client.quit();
  await world.stopServer();

  const again = await world.start('bob', new MemoryVault(rows));
  again.client.delete(id);
  await again.client.flush();
  assert.equal(again.events.of('deleted').length, 1);
  assert.equal([...again.vault.rows.values()].filter(({ collection }) => collection === 'event').length, 0);
  await world.startServer();
  await again.events.next('users');
  await again.client.flush();
  assert.deepEqual(again.events.of('message'), []);
});

test('erases once for all that is asked in one go, and not where nothing is deleted', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  for (let i = 0; i < 50; i += 1) bob.client.send('alice', String(i), String(i));
  const ids = (await alice.events.take('message', 50)).map(({ id }) => id);
  let erased = 0;
  const write = alice.vault.write.bind(alice.vault);
  alice.vault.write = (changes, options?: WriteOptions) => {
    if (options?.erase === true) erased += 1;
    return write(changes, options);
  };
  for (const id of ids) alice.client.delete(id);
  await alice.client.flush();
  assert.deepEqual(
    alice.events.of('deleted').map(({ id }) => id),
    ids,
  );
  alice.client.delete('none');
  await alice.client.flush();
  assert.equal(erased, 1);
});

test('deletes also when told to quit at once', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  alice.client.send('bob', 'hello', '1');
  const { id } = await bob.events.next('message');
  bob.client.delete(id);
  await bob.client.quit();
  assert.equal(bob.events.of('deleted').length, 1);
  assert.deepEqual(await said(bob), []);
});

/** The id of the first message in a device's outbox. */
function waitingId(device: Device): string {
  return device.waiting(Opcode.MESSAGE)[0]?.key ?? assert.fail('nothing waits');
}

async function said(person: Person): Promise<string[]> {
  const [peer = ''] = person.client.history.peers();
  const entries = await person.client.history.page(peer);
  return entries.map((entry) => (entry.kind === 'text' ? entry.text : entry.kind));
}
