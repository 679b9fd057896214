import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { CancelSchema, OkSchema, type Rtt, RttSchema } from '@parley/protocol/wire';
import { accept, cancel, refuse, request } from '../src/conversations/requests.ts';
import type { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

// What the server answers to a request, and to the answer of one.

test('tells that the other one has accepted when asking back was the answer', async () => {
  const { alice, bob, rtt } = await asked();
  await deliverRtt(bob, rtt);
  await request(bob.context, 'alice');
  await bob.settled();
  await bob.hand(Opcode.ACCEPT, (body) => body);
  assert.deepEqual(bob.of('accepted'), [{ event: 'accepted', by: 'alice' }]);
  assert.deepEqual([...alice.codes(), ...bob.codes()], []);
});

test('gives up its request where the one that crosses with it does not hold', async () => {
  const { bob, rtt } = await asked();
  await request(bob.context, 'alice');
  const [row] = bob.waiting(Opcode.RTT);
  assert.ok(row);
  await bob.refuse(row.key, 'crossed', { crossedWith: create(RttSchema, { ...rtt, keyPackages: [] }) });
  assert.deepEqual(bob.codes(), ['invalid_consent']);
  assert.deepEqual([bob.context.outbox.size, bob.context.records.requests.rows.size], [0, 0]);
});

test('says so where the request that crosses with its own is one that it has refused before', async () => {
  const { bob, rtt } = await asked();
  await deliverRtt(bob, rtt);
  await refuse(bob.context, 'alice');
  await bob.hand(Opcode.REFUSE, (body) => body);
  await request(bob.context, 'alice');
  const [row] = bob.waiting(Opcode.RTT);
  assert.ok(row);
  await bob.refuse(row.key, 'crossed', { crossedWith: rtt });
  assert.deepEqual([bob.codes(), bob.context.records.requests.rows.size], [['crossed'], 0]);
});

test('keeps nothing in the outbox that has its answer, even one that cannot be processed', async () => {
  const scene = await Scene.create();
  const { alice } = await scene.pair();
  await alice.send('bob', 'hello');
  const [row] = alice.waiting(Opcode.MESSAGE);
  assert.ok(row);
  alice.context.records.conversations.rows.clear();
  Object.defineProperty(alice.context.records.conversations.rows, 'get', { value: assert.fail });
  await alice.reply(row.key, { kind: 'ok', ok: create(OkSchema) });
  assert.deepEqual([alice.context.outbox.size, alice.codes()], [0, ['unreadable']]);
});

test('tells when a request is taken back while it is being accepted', async () => {
  const { alice, bob, rtt } = await asked();
  await deliverRtt(bob, rtt);
  await cancel(alice.context, 'bob');
  const cancelled = await alice.hand(Opcode.CANCEL, (body) => fromBinary(CancelSchema, body));
  bob.context.openGroup = () => {}; // the server cannot be asked for alice's devices yet
  await accept(bob.context, 'alice');
  await bob.deliver(Opcode.CANCEL, toBinary(CancelSchema, { ...cancelled, fromDevices: alice.list }));
  assert.deepEqual([bob.codes(), bob.context.records.requests.rows.size], [['unknown_request'], 0]);
});

async function asked(): Promise<{ alice: Device; bob: Device; rtt: Rtt }> {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  return { alice, bob, rtt: await scene.ask(alice, 'bob') };
}

async function deliverRtt(device: Device, rtt: Rtt): Promise<void> {
  await device.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
}
