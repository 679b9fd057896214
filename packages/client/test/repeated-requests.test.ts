import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { AcceptSchema, CancelSchema, MessageSchema, OkSchema, type Rtt, RttSchema } from '@parley/protocol/wire';
import { accept, cancel, refuse, request } from '../src/conversations/requests.ts';
import type { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

test('keeps its own request when one that crosses with it was cancelled meanwhile', async () => {
  const { scene, alice, bob } = await two();
  const first = await scene.ask(alice, 'bob');
  await cancel(alice.context, 'bob');
  const cancelled = await alice.hand(Opcode.CANCEL, (body) => fromBinary(CancelSchema, body));
  await request(bob.context, 'alice');
  await bob.settled();
  // The server has the cancelled one no more, and takes this one; the mailbox may be faster than its OK.
  await deliverRtt(bob, first);
  await bob.deliver(Opcode.CANCEL, toBinary(CancelSchema, { ...cancelled, fromDevices: alice.list }));
  const [late] = bob.waiting(Opcode.ACCEPT);
  assert.ok(late);
  await bob.refuse(late.key, 'unknown_request');
  const rtt = { ...(await bob.hand(Opcode.RTT, (body) => fromBinary(RttSchema, body))), fromDevices: bob.list };
  await bob.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, await scene.agree(alice, rtt, 'bob')));
  assert.deepEqual([bob.events, bob.context.records.requests.rows.size], [[{ event: 'accepted', by: 'alice' }], 0]);
  await talk(scene, alice, bob);
});

test('gives up its own request when the one that crosses with it was first', async () => {
  const { scene, alice, bob } = await two();
  const first = await scene.ask(alice, 'bob');
  await request(bob.context, 'alice');
  await bob.settled();
  await deliverRtt(bob, first);
  const [rtt] = bob.waiting(Opcode.RTT);
  assert.ok(rtt);
  await bob.refuse(rtt.key, 'crossed', { crossedWith: first });
  const answer = await bob.hand(Opcode.ACCEPT, (body) => fromBinary(AcceptSchema, body));
  await alice.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, { ...answer, fromDevices: bob.list }));
  assert.deepEqual([bob.events, bob.context.records.requests.rows.size], [[{ event: 'accepted', by: 'alice' }], 0]);
  assert.deepEqual(await keyPackages(bob), []);
  await talk(scene, alice, bob);
});

test('does not count a request that it has taken back as consent', async () => {
  const { scene, alice, bob } = await two();
  const first = await scene.ask(alice, 'bob');
  await request(bob.context, 'alice');
  await cancel(bob.context, 'alice');
  await deliverRtt(bob, first);
  assert.equal(bob.waiting(Opcode.ACCEPT).length, 0);
  assert.equal(bob.of('request').length, 1);
});

test('shows no request again that stands in a conversation now', async () => {
  const { scene, alice, bob } = await two();
  const rtt = await scene.ask(alice, 'bob');
  const answer = await scene.agree(bob, rtt, 'alice');
  await alice.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, answer));
  await deliverRtt(bob, rtt);
  assert.equal(bob.of('request').length, 1);
  await accept(bob.context, 'alice');
  assert.deepEqual(bob.codes(), ['unknown_request']);
  await talk(scene, alice, bob);
});

test('shows no request of somebody it can talk with already', async () => {
  const { scene, alice, bob } = await two();
  await scene.introduce(alice, bob);
  const { conversation } = bob.context.records.contacts.rows.get('alice') ?? {};
  const contact = alice.context.records.contacts.rows.get('bob');
  assert.ok(contact);
  // As if alice's client were an evil one.
  alice.context.records.contacts.rows.set('bob', { ...contact, conversation: new Uint8Array(0) });
  await deliverRtt(bob, await scene.ask(alice, 'bob'));
  assert.equal(bob.of('request').length, 1, 'only the first one');
  assert.deepEqual(bob.context.records.contacts.rows.get('alice')?.conversation, conversation);
});

test('shows no request that came with "crossed" again when the mailbox brings it later', async () => {
  const { scene, alice, bob } = await two();
  const first = await scene.ask(alice, 'bob');
  await request(bob.context, 'alice');
  await bob.settled();
  const [rtt] = bob.waiting(Opcode.RTT);
  assert.ok(rtt);
  await bob.refuse(rtt.key, 'crossed', { crossedWith: first });
  await bob.hand(Opcode.ACCEPT, (body) => body);
  await deliverRtt(bob, first);
  assert.deepEqual(bob.events, [{ event: 'accepted', by: 'alice' }]);
});

test('shows no request again that was refused', async () => {
  const { scene, alice, bob } = await two();
  const rtt = await scene.ask(alice, 'bob');
  await deliverRtt(bob, rtt);
  await refuse(bob.context, 'alice');
  await bob.hand(Opcode.REFUSE, (body) => body);
  await deliverRtt(bob, rtt);
  assert.equal(bob.of('request').length, 1);
});

test('goes back to the conversation that stands when another one with the same user is not taken', async () => {
  const { scene, alice, bob } = await two();
  const first = await scene.ask(alice, 'bob');
  await deliverRtt(bob, first);
  await accept(bob.context, 'alice');
  await bob.settled();
  const [earlier] = bob.waiting(Opcode.ACCEPT);
  assert.ok(earlier);
  await cancel(alice.context, 'bob');
  await deliverRtt(bob, await scene.ask(alice, 'bob'));
  await accept(bob.context, 'alice');
  await bob.settled();
  const later = bob.waiting(Opcode.ACCEPT)[1];
  assert.ok(later);
  await bob.reply(earlier.key, { kind: 'ok', ok: create(OkSchema) });
  await bob.refuse(later.key, 'already_answered');
  const contact = bob.context.records.contacts.rows.get('alice');
  assert.deepEqual(contact?.conversation, earlier.conversation);
  assert.equal(bob.context.records.requests.rows.size, 0);
});

test('does not revive a request of its own that it has taken back when a server repeats it', async () => {
  const scene = await Scene.create();
  const [alice, mallory] = [await scene.device('alice'), await scene.device('mallory')];
  const own = await scene.ask(alice, 'mallory');
  await cancel(alice.context, 'mallory');
  await alice.hand(Opcode.CANCEL, (body) => body);
  await deliverRtt(alice, own);
  assert.equal(alice.context.records.requests.rows.size, 0);
  await deliverRtt(alice, await scene.ask(mallory, 'alice'));
  assert.deepEqual([alice.waiting(Opcode.ACCEPT).length, alice.of('request').length], [0, 1]);
});

async function two(): Promise<{ scene: Scene; alice: Device; bob: Device }> {
  const scene = await Scene.create();
  return { scene, alice: await scene.device('alice'), bob: await scene.device('bob') };
}

async function deliverRtt(device: Device, rtt: Rtt): Promise<void> {
  await device.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
}

async function keyPackages(device: Device): Promise<string[]> {
  return (await device.vault.scan('keypackage')).map(({ key }) => key);
}

async function talk(scene: Scene, one: Device, other: Device): Promise<void> {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    await to.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(from, to.username, `from ${from.username}`)));
    assert.equal(to.of('message').at(-1)?.text, `from ${from.username}`);
  }
}
