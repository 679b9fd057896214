import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { DevicesSchema, RejoinSchema, type SignedDeviceList } from '@parley/protocol/wire';
import { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

/** A mailbox that was dropped, and device lists that change. The test is the server. */

async function talking() {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  return { scene, alice, bob };
}

const rejoin = (device: Device): Promise<void> => device.deliver(Opcode.REJOIN, toBinary(RejoinSchema, create(RejoinSchema, {})));

const tell = (device: Device, devices?: SignedDeviceList): Promise<void> =>
  device.deliver(Opcode.DEVICES, toBinary(DevicesSchema, create(DevicesSchema, devices && { devices })));

function gaps({ vault }: Device): number {
  return [...vault.rows.values()].filter(({ collection }) => collection === 'message').length;
}

test('REJOIN breaks every conversation, leaves a gap in each and says so', async () => {
  const { scene, alice, bob } = await talking();
  const carol = await scene.device('carol');
  await scene.introduce(carol, bob);
  await rejoin(bob);
  assert.deepEqual(
    ['alice', 'carol'].map((user) => bob.conversationWith(user).broken),
    [true, true],
  );
  assert.equal(bob.healing.size, 2);
  assert.equal(gaps(bob), 2);
  assert.deepEqual(bob.codes(), ['unreadable']);
  assert.deepEqual(alice.codes(), []);
});

test('a second REJOIN before the first has healed leaves no second gap', async () => {
  const { bob } = await talking();
  await rejoin(bob);
  await rejoin(bob);
  assert.equal(gaps(bob), 1);
});

test('a REJOIN at a position that was delivered before does nothing', async () => {
  const { bob } = await talking();
  const position = bob.nextPosition();
  const body = toBinary(RejoinSchema, create(RejoinSchema, {}));
  await tell(bob, bob.list);
  await bob.deliver(Opcode.REJOIN, body, position);
  assert.equal(bob.conversationWith('alice').broken, false);
});

test('encrypts nothing in a broken conversation, and all of it in the one that takes its place', async () => {
  const { scene, alice, bob } = await talking();
  await rejoin(bob);
  await bob.send('alice', 'one');
  await bob.send('alice', 'two');
  assert.deepEqual(
    bob.waiting(Opcode.MESSAGE).map(({ body }) => body.length),
    [0, 0],
  );
  await scene.replace(bob, alice);
  assert.equal(bob.waiting(Opcode.MESSAGE).filter(({ body }) => body.length > 0).length, 2);
});

test('DEVICES without the device that is in the group breaks the conversation', async () => {
  const { scene, alice, bob } = await talking();
  const { list } = await Device.recovered(alice, scene.directory);
  await tell(bob, list);
  assert.equal(bob.conversationWith('alice').broken, true);
  assert.deepEqual([...bob.healing], [toHex(bob.conversationWith('alice').id)]);
  assert.deepEqual(bob.codes(), []);
});

test('DEVICES with the same devices changes nothing', async () => {
  const { alice, bob } = await talking();
  await tell(bob, alice.list);
  assert.equal(bob.conversationWith('alice').broken, false);
  assert.deepEqual(bob.codes(), []);
});

test('DEVICES of a stranger changes nothing', async () => {
  const { scene, bob } = await talking();
  await tell(bob, (await scene.device('mallory')).list);
  assert.equal(bob.conversationWith('alice').broken, false);
});

test('refuses DEVICES without a list', async () => {
  const { bob } = await talking();
  await tell(bob);
  assert.deepEqual(bob.codes(), ['invalid_consent']);
});

test('refuses DEVICES whose signature does not hold', async () => {
  const { scene, alice, bob } = await talking();
  const { list } = await Device.recovered(alice, scene.directory);
  await tell(bob, { ...list, signature: new Uint8Array(64) });
  assert.equal(bob.conversationWith('alice').broken, false);
  assert.deepEqual(bob.codes(), ['invalid_consent']);
});

test('refuses DEVICES of a lower version than was seen', async () => {
  const { scene, alice, bob } = await talking();
  const old = alice.list;
  await Device.sibling(alice, scene.directory);
  await tell(bob, alice.list);
  await tell(bob, old);
  assert.deepEqual(bob.codes(), ['invalid_consent']);
  assert.equal(bob.conversationWith('alice').broken, false);
});

test('takes DEVICES under another identity for a change that the user has to look at', async () => {
  const { bob } = await talking();
  const impostor = await (await Scene.create()).device('alice');
  await tell(bob, impostor.list);
  assert.deepEqual(bob.codes(), ['identity_changed']);
  assert.equal(bob.conversationWith('alice').broken, false);
});
