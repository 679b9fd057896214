import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { DevicesSchema, RttSchema } from '@parley/protocol/wire';
import { Contacts } from '../src/contacts.ts';
import { block } from '../src/conversations/requests.ts';
import { Device } from './support/device.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { Scene } from './support/scene.ts';
import { World } from './support/world.ts';

test('says the same safety number at both ends, which is that of the request', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  const { safetyNumber } = await bob.events.next('request');
  assert.match(safetyNumber, /^(\d{5} ){11}\d{5}$/);
  assert.equal(bob.client.contact('alice')?.safetyNumber, safetyNumber);
  assert.equal(bob.client.contact('alice')?.canTalk, false);
  assert.equal(alice.client.contact('bob'), undefined, 'nothing of him has been seen');
  assert.deepEqual([alice.client.hasAsked('bob'), bob.client.hasAsked('alice')], [true, false]);
  bob.client.accept('alice');
  await alice.events.next('accepted');
  assert.equal(alice.client.contact('bob')?.safetyNumber, safetyNumber);
  assert.equal(alice.client.contact('bob')?.canTalk, true);
  assert.equal(alice.client.hasAsked('bob'), false);
});

test('is the same from an open vault as from the client that has it open', async () => {
  await using world = await World.create();
  const { alice } = await world.pair();
  const [contact, devices] = [alice.client.contact('bob'), alice.client.devices()];
  await alice.client.quit();
  const offline = await Contacts.open(alice.vault, nodeCrypto);
  assert.deepEqual(offline.get('bob'), contact);
  assert.deepEqual(offline.devices(), devices);
  await assert.rejects(Contacts.open(new MemoryVault(), nodeCrypto), { name: 'VaultError', code: 'not_found' });
});

test('has the devices of the newest list, and tells the one that asks from its siblings', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const second = await Device.sibling(bob, scene.directory);
  await alice.deliver(Opcode.DEVICES, toBinary(DevicesSchema, create(DevicesSchema, { devices: bob.list })));
  const contacts = await Contacts.open(alice.vault, nodeCrypto);
  const [known, own] = [contacts.get('bob')?.devices, (await Contacts.open(second.vault, nodeCrypto)).devices()];
  assert.deepEqual(
    known?.map(({ name }) => name),
    ['test', 'second'],
  );
  assert.deepEqual(
    own.map(({ name, current }) => [name, current]),
    [
      ['test', false],
      ['second', true],
    ],
  );
  assert.equal(own[1]?.id, toHex(second.context.records.account.deviceId));
  assert.ok(own.every(({ createdAt }) => Math.abs(Date.now() - createdAt) < 3_600_000));
});

test('says who is blocked, and nothing of one who was blocked before being heard of', async () => {
  const scene = await Scene.create();
  const { alice } = await scene.pair();
  await block(alice.context, 'bob');
  await block(alice.context, 'dave');
  const contacts = await Contacts.open(alice.vault, nodeCrypto);
  const { blocked, canTalk } = contacts.get('bob') ?? assert.fail();
  assert.deepEqual([blocked, canTalk], [true, false]);
  assert.equal(contacts.get('dave'), undefined);
});

test('says that a user has shown another identity, and keeps to the first', async () => {
  const scene = await Scene.create();
  const { alice } = await scene.pair();
  const before = (await Contacts.open(alice.vault, nodeCrypto)).get('bob');
  const impostor = await (await Scene.create()).device('bob');
  await alice.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(impostor, 'alice')));
  assert.deepEqual((await Contacts.open(alice.vault, nodeCrypto)).get('bob'), { ...before, identityChanged: true });
});
