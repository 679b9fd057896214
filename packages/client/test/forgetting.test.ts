import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBinary } from '@bufbuild/protobuf';
import { IDS_REMEMBERED_MS, KEY_PACKAGE_LIFETIME_MS, Opcode, REQUEST_LIFETIME_MS } from '@parley/protocol';
import { MessageSchema, RttSchema } from '@parley/protocol/wire';
import { forgetOldKeyPackages, makeKeyPackage, WELCOME_WAIT_MS } from '../src/conversations/key-packages.ts';
import { accept, expireRequests, hasPending } from '../src/conversations/requests.ts';
import { forgetOldIds } from '../src/conversations/seen-ids.ts';
import type { Collection } from '../src/vault/vault.ts';
import type { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

test('forgets the id of a message when its mailbox item cannot come again, and no sooner', async () => {
  const { scene, later } = await timedScene();
  const { alice, bob } = await scene.pair();
  await bob.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(alice, 'bob', 'old')));
  later(1);
  await bob.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(alice, 'bob', 'newer')));
  later(IDS_REMEMBERED_MS - 1);
  await forgetOldIds(bob.context);
  assert.equal(await count(bob, 'seen'), 3, 'two messages, and the request that was answered');
  later(1);
  await forgetOldIds(bob.context);
  assert.equal(await count(bob, 'seen'), 1);
  later(1);
  await forgetOldIds(bob.context);
  assert.equal(await count(bob, 'seen'), 0);
});

test('forgets all ids that are old enough, however many', async () => {
  const { scene, later } = await timedScene();
  const bob = await scene.device('bob');
  const rows = Array.from({ length: 2_500 }, (_, i) => ({
    collection: 'seen' as const,
    key: `id ${i}`,
    order: scene.environment.now(),
    value: new Uint8Array(0),
  }));
  await bob.vault.write(rows.map((put) => ({ put })));
  later(IDS_REMEMBERED_MS + 1);
  await bob.vault.write([{ put: { collection: 'seen', key: 'new', order: scene.environment.now(), value: new Uint8Array(0) } }]);
  await forgetOldIds(bob.context);
  assert.equal(await count(bob, 'seen'), 1);
});

test('forgets a request without an answer at both ends, and the KeyPackage that was given away for it, when no Welcome can come', async () => {
  const { scene, later } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await bob.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(alice, 'bob')));
  for (const [time, left] of [
    [REQUEST_LIFETIME_MS + 1, 1],
    [WELCOME_WAIT_MS - REQUEST_LIFETIME_MS - 1, 1],
    [1, 0],
  ] as const) {
    later(time);
    for (const device of [alice, bob]) {
      await expireRequests(device.context);
      assert.equal(device.context.records.requests.rows.size, left);
    }
    assert.equal(await count(alice, 'keypackage'), left);
  }
  assert.equal(await count(alice, 'seen'), 1, 'its id');
});

test('a request without an answer is over for both users after 14 days, and no sooner', async () => {
  const { scene, later } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await bob.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(alice, 'bob')));
  for (const [time, isOver] of [
    [REQUEST_LIFETIME_MS, false],
    [1, true],
  ] as const) {
    later(time);
    for (const { context } of [alice, bob]) await expireRequests(context);
    assert.equal(hasPending(alice.context, 'bob', 'outgoing'), !isOver);
    assert.equal(hasPending(bob.context, 'alice', 'incoming'), !isOver);
  }
  await accept(bob.context, 'alice');
  assert.deepEqual(bob.codes(), ['unknown_request']);
});

test('lets no request expire that has its answer under way', async () => {
  const { scene, later } = await timedScene();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await bob.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(alice, 'bob')));
  await accept(bob.context, 'alice');
  await bob.settled();
  later(REQUEST_LIFETIME_MS + 1);
  await expireRequests(bob.context);
  assert.equal(bob.context.records.requests.rows.size, 1);
});

test('forgets the private part of a KeyPackage when no Welcome can be for it any more, and no sooner', async () => {
  const { scene, later } = await timedScene();
  const alice = await scene.device('alice');
  const { row } = await makeKeyPackage(alice.context, { published: true });
  await alice.vault.write([{ put: row }]);
  later(3 * KEY_PACKAGE_LIFETIME_MS);
  await forgetOldKeyPackages(alice.context);
  assert.equal(await count(alice, 'keypackage'), 1);
  later(1);
  await forgetOldKeyPackages(alice.context);
  assert.equal(await count(alice, 'keypackage'), 0);
});

async function timedScene() {
  let nowMs = Date.now();
  const later = (ms: number): void => {
    nowMs += ms;
  };
  return { scene: await Scene.create({ now: () => nowMs }), later };
}

async function count(device: Device, collection: Collection): Promise<number> {
  return (await device.vault.scan(collection)).length;
}
