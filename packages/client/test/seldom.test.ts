import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { DeviceListSchema, DevicesSchema, MessageSchema } from '@parley/protocol/wire';
import { Seldom } from '../src/seldom.ts';
import { Scene } from './support/scene.ts';

/** What a server can do as often as it likes does not fill the screen. */

test('says of each thing that it is due again when its time has passed, and not before', () => {
  let now = 0;
  const seldom = new Seldom({ monotonic: () => now }, 1_000);
  assert.deepEqual(
    ['a', 'a', 'b'].map((key) => seldom.isDue(key)),
    [true, false, true],
  );
  now = 999;
  assert.equal(seldom.isDue('a'), false);
  now = 1_000;
  assert.equal(seldom.isDue('a'), true);
  now = 1_999;
  assert.equal(seldom.isDue('a'), false, 'counted from when it was told last');
});

test('goes on saying so however many things there are', () => {
  const seldom = new Seldom({ monotonic: () => 0 }, 1_000);
  for (let i = 0; i < 100_000; i += 1) assert.equal(seldom.isDue(String(i)), true);
  assert.equal(seldom.isDue('99999'), false);
});

test('tells of forged messages once a minute for each user, and the history has a gap for each', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const carol = await scene.device('carol');
  await scene.introduce(carol, bob);
  const forge = async (from: typeof alice): Promise<Uint8Array> => {
    const message = await scene.say(from, 'bob', 'hello');
    const ciphertext = message.ciphertext.map((byte, index) => (index === message.ciphertext.length - 1 ? byte ^ 1 : byte));
    return toBinary(MessageSchema, { ...message, ciphertext });
  };
  const [forged, other] = [await forge(alice), await forge(carol)];
  const together = 300;
  for (let i = 0; i < together; i += 1) bob.push(Opcode.MESSAGE, forged);
  await bob.settled();
  for (let i = 0; i < 20; i += 1) await bob.deliver(Opcode.MESSAGE, forged);
  assert.deepEqual(
    bob.of('error').map(({ code, user }) => `${code} ${user}`),
    ['unreadable alice'],
  );
  await bob.deliver(Opcode.MESSAGE, other);
  assert.deepEqual(
    bob.of('error').map(({ code, user }) => `${code} ${user}`),
    ['unreadable alice', 'unreadable carol'],
  );
  const { id } = bob.conversationWith('alice');
  assert.equal((await bob.vault.scan('message', { group: toHex(id) })).length, together + 20);
  bob.minuteLater();
  await bob.deliver(Opcode.MESSAGE, forged);
  assert.equal(bob.of('error').length, 3);
});

test('tells of no more in the names of thousands of strangers than of one', async () => {
  const { bob } = await (await Scene.create()).pair();
  for (let i = 0; i < 3_000; i += 1) {
    const list = toBinary(DeviceListSchema, create(DeviceListSchema, { username: `stranger${i}` }));
    bob.push(Opcode.DEVICES, toBinary(DevicesSchema, create(DevicesSchema, { devices: { list } })));
  }
  await bob.settled();
  assert.deepEqual(bob.codes(), ['invalid_consent']);
});
