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

/** Alice has a phone and a laptop, and talks with bob; then she has removed the laptop, which bob has not heard of. */
async function removed() {
  const scene = await Scene.create();
  const [phone, bob] = [await scene.device('alice'), await scene.device('bob')];
  const laptop = await Device.sibling(phone, scene.directory);
  const rtt = await scene.ask(bob, 'alice');
  await laptop.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
  const answer = toBinary(AcceptSchema, await scene.agree(phone, rtt, 'bob'));
  for (const device of [bob, laptop]) await device.deliver(Opcode.ACCEPT, answer);
  const { environment, records } = phone.context;
  const { identitySeed, username, certificate } = records.account;
  const identity = identityFromSeed(environment.crypto, identitySeed);
  const newest = signDeviceList(environment.crypto, identity, { username, version: 3n, certificates: [certificate] });
  const devices = fromBinary(SignedDeviceListSchema, newest);
  await phone.deliver(Opcode.DEVICES, toBinary(DevicesSchema, create(DevicesSchema, { devices })));
  return { scene, phone, laptop, bob, before: toHex(phone.conversationWith('bob').id) };
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
