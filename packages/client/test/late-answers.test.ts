import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode, REQUEST_LIFETIME_MS } from '@parley/protocol';
import { AcceptSchema, MessageSchema, RttSchema } from '@parley/protocol/wire';
import { forgetOldKeyPackages } from '../src/conversations/key-packages.ts';
import { accept, block, cancel, expireRequests, request } from '../src/conversations/requests.ts';
import { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';
import { World } from './support/world.ts';

// Answers that were given in time, and are read when the 14 days of the request are over here.

const DAY_MS = 24 * 60 * 60 * 1_000;
/** The ACCEPT is made on the last day of the KeyPackage, and read on the last one that a mailbox keeps it. */
const LATEST_MS = 90 * DAY_MS;

test('joins what was accepted in time, however late the answer is read', async () => {
  const { scene, later, upkeep } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const answer = toBinary(AcceptSchema, await scene.agree(bob, await scene.ask(alice, 'bob'), 'alice'));
  const message = toBinary(MessageSchema, await scene.say(bob, 'alice', 'hello'));
  for (const ms of [REQUEST_LIFETIME_MS + 1, LATEST_MS - REQUEST_LIFETIME_MS - 1]) {
    later(ms);
    await upkeep(alice);
  }
  await alice.deliver(Opcode.ACCEPT, answer);
  assert.deepEqual(alice.events, [{ event: 'accepted', by: 'bob' }]);
  await alice.deliver(Opcode.MESSAGE, message);
  assert.deepEqual([alice.of('message').length, alice.context.records.requests.rows.size], [1, 0]);
});

test('whose answer waits at the server while the client runs without it joins when that is back', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  await bob.events.next('request');
  await alice.client.quit();
  bob.client.accept('alice');
  bob.client.send('alice', 'hello', '1');
  await bob.events.next('sent');
  await world.stopServer();
  const { now } = world.environment;
  for (let day = 1; day * DAY_MS <= REQUEST_LIFETIME_MS + DAY_MS; day += 1) {
    const { client } = await world.start('alice', alice.vault, { now: () => now() + day * DAY_MS });
    await client.quit();
  }
  await world.startServer();
  const again = await world.start('alice', alice.vault);
  assert.equal(again.client.hasAsked('bob'), false, 'over for the user');
  assert.equal((await again.events.next('accepted')).by, 'bob');
  assert.equal((await again.events.next('message')).text, 'hello');
});

test('a new request that came too late, since the one before was accepted, leaves that for the answer on its way', async () => {
  const { scene, later, upkeep } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const answer = toBinary(AcceptSchema, await scene.agree(bob, await scene.ask(alice, 'bob'), 'alice'));
  later(REQUEST_LIFETIME_MS + 1);
  await upkeep(alice);
  await request(alice.context, 'bob');
  const [again] = alice.waiting(Opcode.RTT);
  assert.ok(again, 'the user may ask anew');
  await alice.refuse(again.key, 'already_answered');
  await alice.deliver(Opcode.ACCEPT, answer);
  assert.deepEqual([alice.codes(), alice.of('accepted').length], [['already_answered'], 1]);
});

test('a new request that was taken has replaced the one before, which nobody can accept any more', async () => {
  const { scene, later, upkeep } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const laptop = await Device.sibling(alice, scene.directory);
  const first = await scene.ask(alice, 'bob');
  await laptop.deliver(Opcode.RTT, toBinary(RttSchema, first));
  const answer = toBinary(AcceptSchema, await scene.agree(bob, first, 'alice'));
  later(REQUEST_LIFETIME_MS + 1);
  for (const device of [alice, laptop]) await upkeep(device);
  await laptop.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(alice, 'bob')));
  for (const device of [alice, laptop]) {
    assert.equal(device.context.records.requests.rows.size, 1);
    await device.deliver(Opcode.ACCEPT, answer);
    assert.deepEqual([device.codes(), device.of('accepted')], [['invalid_consent'], []]);
  }
  assert.equal((await alice.vault.scan('keypackage')).length, 1, 'the private part went with it');
});

test('what is over for the user is nothing that could be taken back, and no consent to what the other one asks', async () => {
  const { scene, later, upkeep } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await scene.ask(alice, 'bob');
  later(REQUEST_LIFETIME_MS + 1);
  await upkeep(alice);
  await cancel(alice.context, 'bob');
  assert.deepEqual(alice.codes(), ['unknown_request']);
  await alice.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(bob, 'alice')));
  assert.deepEqual([alice.of('request').length, alice.waiting(Opcode.ACCEPT).length], [1, 0]);
  await block(alice.context, 'bob');
  assert.deepEqual([alice.codes().length, alice.waiting(Opcode.CANCEL).length], [1, 0]);
});

test('joins what was accepted before its CANCEL came, however late that is read', async () => {
  const { scene, later, upkeep } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const answer = toBinary(AcceptSchema, await scene.agree(bob, await scene.ask(alice, 'bob'), 'alice'));
  await cancel(alice.context, 'bob');
  const [late] = alice.waiting(Opcode.CANCEL);
  assert.ok(late);
  await alice.refuse(late.key, 'already_answered');
  later(REQUEST_LIFETIME_MS + 1);
  await upkeep(alice);
  await alice.deliver(Opcode.ACCEPT, answer);
  assert.equal(alice.of('accepted').length, 1);
});

test('joins what a sibling has accepted in time, also where the request itself was read too late', async () => {
  const { scene, later, upkeep } = await timedScene();
  const [alice, phone] = [await scene.device('alice'), await scene.device('bob')];
  const [laptop, desk] = [await Device.sibling(phone, scene.directory), await Device.sibling(alice, scene.directory)];
  const rtt = await scene.ask(alice, 'bob');
  const asked = toBinary(RttSchema, rtt);
  await laptop.deliver(Opcode.RTT, asked);
  const answer = toBinary(AcceptSchema, await scene.agree(phone, rtt, 'alice'));
  const message = toBinary(MessageSchema, await scene.say(phone, 'alice', 'hello'));
  later(REQUEST_LIFETIME_MS + 1);
  await upkeep(laptop);
  await accept(laptop.context, 'alice');
  assert.deepEqual(laptop.codes(), ['unknown_request'], 'over for the user');
  await desk.deliver(Opcode.RTT, asked);
  await cancel(desk.context, 'bob');
  assert.deepEqual(desk.codes(), ['unknown_request'], 'read too late, and over too');
  for (const device of [laptop, desk]) await device.deliver(Opcode.ACCEPT, answer);
  for (const device of [laptop, desk]) await device.deliver(Opcode.MESSAGE, message);
  assert.deepEqual([laptop.codes().length, desk.codes().length, desk.of('message').length], [1, 1, 1]);
});

test('a request that is read too late is not shown, and kept for what a sibling has answered', async () => {
  const { scene, later } = await timedScene();
  const [alice, phone] = [await scene.device('alice'), await scene.device('bob')];
  const laptop = await Device.sibling(phone, scene.directory);
  const rtt = await scene.ask(alice, 'bob');
  const answer = await scene.agree(phone, rtt, 'alice');
  later(REQUEST_LIFETIME_MS + 1);
  await laptop.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
  await laptop.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, answer));
  assert.deepEqual([laptop.events, laptop.context.records.conversations.rows.size], [[], 1]);
});

test('says nothing of a request that was turned down after it was over, and asks for consent anew where it crossed another', async () => {
  const { scene, later, upkeep } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  for (const code of ['refused_recently', 'crossed']) {
    await request(alice.context, 'bob');
    const [waiting] = alice.waiting(Opcode.RTT);
    assert.ok(waiting);
    later(REQUEST_LIFETIME_MS + 1);
    await upkeep(alice);
    const more = code === 'crossed' ? { crossedWith: await scene.ask(bob, 'alice') } : {};
    await alice.refuse(waiting.key, code, more);
  }
  assert.deepEqual([alice.codes(), alice.of('request').length, alice.waiting(Opcode.ACCEPT).length], [[], 1, 0]);
});

test('of two requests whose answers are late the second one stays when the first was taken', async () => {
  // The group is made at the time that it really is: MLS goes by that.
  const { scene, later, upkeep } = await timedScene(Date.now() - REQUEST_LIFETIME_MS - 1);
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await request(alice.context, 'bob');
  later(REQUEST_LIFETIME_MS + 1);
  await upkeep(alice);
  await request(alice.context, 'bob');
  const [, second] = alice.waiting(Opcode.RTT);
  assert.ok(second);
  const rtt = { ...fromBinary(RttSchema, second.body), fromDevices: alice.list };
  const answer = toBinary(AcceptSchema, await scene.agree(bob, rtt, 'alice'));
  later(REQUEST_LIFETIME_MS + 1);
  await upkeep(alice);
  await alice.hand(Opcode.RTT, () => {});
  assert.equal(alice.context.records.requests.rows.size, 2);
  await alice.hand(Opcode.RTT, () => {});
  assert.equal(alice.context.records.requests.rows.size, 1);
  await alice.deliver(Opcode.ACCEPT, answer);
  assert.equal(alice.of('accepted').length, 1);
});

test('keeps one request a user in the tray, be it over or not', async () => {
  const { scene, later, upkeep } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  for (let count = 0; count < 3; count += 1) {
    await bob.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(alice, 'bob')));
    later(REQUEST_LIFETIME_MS + 1);
    for (const device of [alice, bob]) await upkeep(device);
    const [row, ...more] = bob.context.records.requests.rows.values();
    assert.deepEqual([row?.rtt.length, more.length], [0, 0], 'without the KeyPackages of who asked');
  }
});

async function timedScene(startMs = Date.now()) {
  let nowMs = startMs;
  const later = (ms: number): void => {
    nowMs += ms;
  };
  /** What a client does every day. */
  const upkeep = async ({ context }: Device): Promise<void> => {
    await expireRequests(context);
    await forgetOldKeyPackages(context);
  };
  return { scene: await Scene.create({ now: () => nowMs }), later, upkeep };
}
