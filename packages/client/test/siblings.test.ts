import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { AcceptSchema, MessageSchema, RttSchema } from '@parley/protocol/wire';
import { accept, refuse } from '../src/conversations/requests.ts';
import { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

test('a request brings all devices of who asks into the group', async () => {
  const scene = await Scene.create();
  const [phone, bob] = [await scene.device('alice'), await scene.device('bob')];
  const laptop = await Device.sibling(phone, scene.directory);
  const rtt = await scene.ask(phone, 'bob');
  assert.equal(rtt.keyPackages.length, 2);
  await laptop.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
  assert.equal(laptop.of('request').length, 0, 'it is one of its own');
  const answer = toBinary(AcceptSchema, await scene.agree(bob, rtt, 'alice'));
  for (const device of [phone, laptop]) {
    await device.deliver(Opcode.ACCEPT, answer);
    assert.deepEqual(device.events, [{ event: 'accepted', by: 'bob' }]);
  }
  const fromBob = toBinary(MessageSchema, await scene.say(bob, 'alice', 'hello both'));
  for (const device of [phone, laptop]) {
    await device.deliver(Opcode.MESSAGE, fromBob);
    assert.equal(device.of('message').length, 1);
  }
  const fromPhone = toBinary(MessageSchema, await scene.say(phone, 'bob', 'hello bob'));
  for (const device of [bob, laptop]) await device.deliver(Opcode.MESSAGE, fromPhone);
  assert.deepEqual([bob.of('message').length, laptop.of('message').length], [1, 1], 'not shown to the user who wrote it');
  assert.deepEqual([...laptop.codes(), ...phone.codes(), ...bob.codes()], []);
});

test('an acceptance brings all devices of who accepts into the group, and takes the request out of their trays', async () => {
  const scene = await Scene.create();
  const [alice, phone] = [await scene.device('alice'), await scene.device('bob')];
  const laptop = await Device.sibling(phone, scene.directory);
  const rtt = await scene.ask(alice, 'bob');
  await laptop.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
  assert.equal(laptop.of('request').length, 1);
  const answer = toBinary(AcceptSchema, await scene.agree(phone, rtt, 'alice'));
  for (const device of [alice, laptop]) await device.deliver(Opcode.ACCEPT, answer);
  assert.deepEqual([alice.of('accepted').length, laptop.of('accepted').length], [1, 0]);
  await accept(laptop.context, 'alice');
  assert.deepEqual(laptop.codes(), ['unknown_request'], 'answered already');
  const message = toBinary(MessageSchema, await scene.say(laptop, 'alice', 'from the laptop'));
  for (const device of [alice, phone]) await device.deliver(Opcode.MESSAGE, message);
  assert.deepEqual([alice.of('message').length, phone.of('message').length], [1, 0]);
});

test('gives way to a sibling that answered first, and joins its group', async () => {
  const scene = await Scene.create();
  const [alice, phone] = [await scene.device('alice'), await scene.device('bob')];
  const laptop = await Device.sibling(phone, scene.directory);
  const rtt = await scene.ask(alice, 'bob');
  await laptop.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
  await accept(laptop.context, 'alice');
  await laptop.settled();
  const [late] = laptop.waiting(Opcode.ACCEPT);
  assert.ok(late);
  const answer = await scene.agree(phone, rtt, 'alice');
  await laptop.refuse(late.key, 'already_answered');
  await laptop.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, answer));
  const fromPhone = await scene.say(phone, 'alice', 'one group');
  await laptop.deliver(Opcode.MESSAGE, toBinary(MessageSchema, fromPhone));
  assert.deepEqual(laptop.codes(), ['already_answered']);
  assert.deepEqual(fromBinary(AcceptSchema, late.body).members.length, 2, 'of a sibling whose KeyPackage was not at the server');
});

test('a refusal that comes after the acceptance of a sibling leaves the request for the Welcome of that', async () => {
  const scene = await Scene.create();
  const [alice, phone] = [await scene.device('alice'), await scene.device('bob')];
  const laptop = await Device.sibling(phone, scene.directory);
  const rtt = await scene.ask(alice, 'bob');
  await laptop.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
  await refuse(laptop.context, 'alice');
  const [late] = laptop.waiting(Opcode.REFUSE);
  assert.ok(late);
  const answer = await scene.agree(phone, rtt, 'alice');
  await laptop.refuse(late.key, 'already_answered');
  await laptop.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, answer));
  await laptop.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(phone, 'alice', 'one group')));
  assert.deepEqual(laptop.codes(), ['already_answered']);
});
