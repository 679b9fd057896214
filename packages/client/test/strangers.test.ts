import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { generateIdentity, MAX_STRANGERS, makeDevice, Opcode, signDeviceList } from '@parley/protocol';
import { RttSchema, type SignedDeviceList, SignedDeviceListSchema } from '@parley/protocol/wire';
import { recognise } from '../src/conversations/pins.ts';
import { block } from '../src/conversations/requests.ts';
import { ContactSchema } from '../src/gen/rows_pb.ts';
import { Scene } from './support/scene.ts';

test('remembers so many strangers who have asked, the newest, and everybody there is more to know of', async () => {
  const scene = await Scene.create();
  const { alice: bob, bob: alice } = await scene.pair(); // alice talks to one, and is asked by
  const { context } = alice;
  const { crypto } = context.environment;
  const carol = await scene.device('carol');
  await alice.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(carol, 'bob')));
  await block(context, 'mallory');
  const changed = create(ContactSchema, { username: 'dora', identityKey: new Uint8Array(32), changedKey: new Uint8Array(32) });
  await context.records.transact(async (transaction) => transaction.put(context.records.contacts, changed));

  const listOf = (username: string): SignedDeviceList => {
    const identity = generateIdentity(crypto);
    const { certificate } = makeDevice(crypto, { username, identity, deviceName: 'one', nowMs: Date.now() });
    const list = signDeviceList(crypto, identity, { username, version: 1n, certificates: [certificate] });
    return fromBinary(SignedDeviceListSchema, list);
  };
  for (let number = 0; number < MAX_STRANGERS + 10; number += 1) {
    const list = listOf(`stranger${number}`);
    await context.records.transact(async (transaction) => void recognise(context, transaction, list));
  }
  const known = [...context.records.contacts.rows.keys()];
  for (const name of [bob.username, 'carol', 'mallory', 'dora']) assert.ok(known.includes(name), name);
  const strangers = known.filter((name) => name.startsWith('stranger'));
  assert.deepEqual([strangers.length, strangers[0]], [MAX_STRANGERS, 'stranger10']);
});
