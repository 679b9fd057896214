import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { identityFromSeed, Opcode, openDeviceList, signDeviceList, toHex } from '@parley/protocol';
import {
  AcceptSchema,
  DevicesSchema,
  MessageSchema,
  ReplaceSchema,
  RttSchema,
  SignedDeviceListSchema,
} from '@parley/protocol/wire';
import { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

/** A device of this user's own that was removed from the list, and a server that helps whoever has it. */

/** Alice has a phone and a laptop, and talks with bob. `listed`: DEVICES with a list of these alone. */
async function together() {
  const scene = await Scene.create();
  const [phone, bob] = [await scene.device('alice'), await scene.device('bob')];
  const laptop = await Device.sibling(phone, scene.directory);
  const rtt = await scene.ask(bob, 'alice');
  await laptop.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
  const answer = toBinary(AcceptSchema, await scene.agree(phone, rtt, 'bob'));
  for (const device of [bob, laptop]) await device.deliver(Opcode.ACCEPT, answer);
  const { crypto } = phone.context.environment;
  const { identitySeed, username } = phone.context.records.account;
  const identity = identityFromSeed(crypto, identitySeed);
  const listed = (version: bigint, members: readonly Device[]): Uint8Array => {
    const certificates = members.map(({ context }) => context.records.account.certificate);
    const newest = signDeviceList(crypto, identity, { username, version, certificates });
    const devices = fromBinary(SignedDeviceListSchema, newest);
    return toBinary(DevicesSchema, create(DevicesSchema, { devices }));
  };
  return { scene, phone, laptop, bob, listed, before: toHex(phone.conversationWith('bob').id) };
}

/** Then she has removed the laptop, which bob has not heard of. */
async function removed() {
  const all = await together();
  await all.phone.deliver(Opcode.DEVICES, all.listed(3n, [all.phone]));
  return all;
}

test('keeps to the newest list of its own devices', async () => {
  const { phone, laptop, scene, bob } = await removed();
  await phone.deliver(Opcode.DEVICES, toBinary(DevicesSchema, create(DevicesSchema, { devices: laptop.list })));
  const { deviceList } = phone.context.records.account;
  assert.equal(openDeviceList(scene.environment.crypto, deviceList).version, 3n);
  assert.deepEqual(phone.codes(), ['invalid_consent']);
  await phone.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(bob, 'alice', 'hello')));
  assert.equal(phone.of('message').length, 1);
});

test('drops a new group that a removed device of its own has made, under the list on which it still was', async () => {
  const { scene, phone, laptop, bob, before } = await removed();
  await phone.publish();
  const replace = await scene.replace(laptop, bob);
  await phone.deliver(Opcode.REPLACE, toBinary(ReplaceSchema, replace));
  assert.deepEqual(phone.codes(), ['invalid_consent']);
  assert.equal(toHex(phone.conversationWith('bob').id), before);
});

test('does not join a new group that has a removed device of its own, whoever has made it, and makes another', async () => {
  const { scene, phone, bob } = await removed();
  const replace = await scene.replace(bob, phone);
  await phone.deliver(Opcode.REPLACE, toBinary(ReplaceSchema, replace));
  assert.equal(phone.conversationWith('bob').broken, true);
  assert.match(phone.of('error').at(-1)?.message ?? '', /a device in the group is not on the list of alice/);
  assert.equal(phone.healing.size, 1);
});

// What comes together is one transaction: the newest list of one's own is known within it.

test('keeps to the newest list of its own devices among lists that come together', async () => {
  const { scene, phone, listed } = await removed();
  for (const version of [5n, 4n]) phone.push(Opcode.DEVICES, listed(version, [phone]));
  await phone.settled();
  const { deviceList } = phone.context.records.account;
  assert.equal(openDeviceList(scene.environment.crypto, deviceList).version, 5n);
  assert.deepEqual(phone.codes(), ['invalid_consent']);
});

test('drops a new group that a device has made whose removal comes together with it', async () => {
  const { scene, phone, laptop, bob, listed, before } = await together();
  await phone.publish();
  const replace = await scene.replace(laptop, bob);
  phone.push(Opcode.DEVICES, listed(3n, [phone]));
  phone.push(Opcode.REPLACE, toBinary(ReplaceSchema, replace));
  await phone.settled();
  assert.deepEqual(phone.codes(), ['invalid_consent']);
  assert.equal(toHex(phone.conversationWith('bob').id), before);
});

test('does not join a new group that has a device whose removal comes together with it', async () => {
  const { scene, phone, bob, listed } = await together();
  const replace = await scene.replace(bob, phone);
  phone.push(Opcode.DEVICES, listed(3n, [phone]));
  phone.push(Opcode.REPLACE, toBinary(ReplaceSchema, replace));
  await phone.settled();
  assert.equal(phone.conversationWith('bob').broken, true);
  assert.match(phone.of('error').at(-1)?.message ?? '', /a device in the group is not on the list of alice/);
});

test('joins a new group that has a device of its own of which it hears together with it', async () => {
  const scene = await Scene.create();
  const { alice: phone, bob } = await scene.pair();
  const { deviceList } = phone.context.records.account;
  const laptop = await Device.sibling(phone, scene.directory);
  const devices = toBinary(DevicesSchema, create(DevicesSchema, { devices: laptop.list }));
  await bob.deliver(Opcode.DEVICES, devices);
  // The phone has not heard of it.
  const { records } = phone.context;
  await records.transact(async (transaction) => records.putAccount(transaction, { ...records.account, deviceList }));
  const replace = await scene.replace(bob, phone);
  phone.push(Opcode.DEVICES, devices);
  phone.push(Opcode.REPLACE, toBinary(ReplaceSchema, replace));
  await phone.settled();
  assert.deepEqual(phone.codes(), []);
  assert.equal(toHex(phone.conversationWith('bob').id), toHex(bob.conversationWith('alice').id));
  assert.equal(phone.conversationWith('bob').broken, false);
  const { members } = await membersOf(phone, 'bob');
  assert.ok(members.some(({ deviceId }) => toHex(deviceId) === toHex(laptop.context.records.account.deviceId)));
});

async function membersOf(device: Device, peer: string) {
  const { environment, records } = device.context;
  return records.transact(async (transaction) => {
    const group = (await transaction.group(toHex(device.conversationWith(peer).id))) ?? assert.fail('there is no group');
    return environment.mls.info(group);
  });
}
