import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { Opcode, readConsent } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { AcceptSchema, DevicesSchema, RttSchema, type SignedDeviceList } from '@parley/protocol/wire';
import { Impostor } from '../support/evil-server/impostor.ts';
import { Middleman } from '../support/evil-server/middleman.ts';
import { errorsOf, Scene, textsOf } from '../support/evil-server/scene.ts';
import { swappedUser } from '../support/evil-server/swapped-user.ts';
import { parley } from '../support/process.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { befriend, say } from '../support/world.ts';

/** A server that gives out other identity keys than those of its users. */

const CHANGED = 'another identity than before: nothing is sent until you have compared safety numbers';

async function verify(scene: Scene, of: string, user: string): Promise<{ safetyNumber: string; identityChanged: boolean }> {
  const { code, stdout, stderr } = await parley(['verify', user, '--json', '--data', scene.folder(of)]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** What is written to this user is not sent, and the reason is named. */
async function expectHeld(client: ScriptClient, to: string): Promise<void> {
  client.send({ do: 'send', to, text: 'a secret', id: 'held' });
  const { code } = await client.next('error', { id: 'held', user: to });
  assert.equal(code, 'identity_changed');
}

test('answers flaw 10: a server in the middle is shown by safety numbers, and by the first true key, which stops what is sent', async () => {
  const middle = await Middleman.create();
  await using scene = await Scene.start(middle.store);
  const [alice, bob, carol] = [await scene.enter('alice'), await scene.enter('bob'), await scene.enter('carol')];
  await befriend(['alice', alice], ['carol', carol]);
  middle.enter(scene.evil);
  alice.send({ do: 'request', user: 'bob' });
  const { safetyNumber } = await bob.next('request', { from: 'alice' });
  bob.send({ do: 'accept', user: 'alice' });
  await alice.next('accepted', { by: 'bob' });
  await say(['alice', alice], ['bob', bob], 'is this safe?', '1');
  await say(['bob', bob], ['alice', alice], 'who knows', '1');
  assert.deepEqual(middle.read, ['alice: is this safe?', 'bob: who knows'], 'nobody has compared anything');

  // The keys that Carol was shown long ago are Alice's.
  const { fromDevices } = fromBinary(RttSchema, scene.evil.bodies('carol', Opcode.RTT)[0] ?? assert.fail());
  const devices: SignedDeviceList = fromDevices ?? assert.fail();
  await scene.evil.deliver('bob', Opcode.DEVICES, DevicesSchema, { devices });
  assert.deepEqual(errorsOf(bob), [`identity_changed alice: alice shows ${CHANGED}`]);
  await expectHeld(bob, 'alice');

  for (const client of [alice, bob, carol]) await client.quit();
  const ours = await verify(scene, 'alice', 'bob');
  const theirs = await verify(scene, 'bob', 'alice');
  assert.equal(theirs.safetyNumber, safetyNumber);
  assert.notEqual(ours.safetyNumber, theirs.safetyNumber);
  assert.deepEqual([ours.identityChanged, theirs.identityChanged], [false, true]);
  const honest = await Promise.all([verify(scene, 'alice', 'carol'), verify(scene, 'carol', 'alice')]);
  assert.equal(honest[0].safetyNumber, honest[1].safetyNumber);
});

test('another identity of a contact, in DEVICES or in a request, stops what is sent to them and is named', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  await say(['alice', alice], ['bob', bob], 'before', '1');
  const impostor = await Impostor.of('alice');

  await scene.evil.deliver('bob', Opcode.RTT, RttSchema, impostor.request('bob', nodeCrypto.randomBytes(16)));
  await expectHeld(bob, 'alice');
  await scene.evil.deliver('bob', Opcode.DEVICES, DevicesSchema, { devices: impostor.list });
  const told = errorsOf(bob).filter((error) => error.includes(CHANGED));
  assert.deepEqual(told, [`identity_changed alice: alice shows ${CHANGED}`], 'the same is told once a minute');
  assert.deepEqual(
    bob.events.filter(({ event }) => event === 'request').length,
    1,
    'the one by which the two have met, and none of the impostor',
  );
  // What the real one says can be read all the while.
  await say(['alice', alice], ['bob', bob], 'it is still me', '2');
  assert.deepEqual(textsOf(bob), ['before', 'it is still me']);
});

test('another identity in the record of who has asked ends the acceptance, and is named', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });
  scene.evil.tell(swappedUser('bob', 'alice', (await Impostor.of('alice')).list));
  bob.send({ do: 'accept', user: 'alice' });
  await bob.next('error', { code: 'identity_changed', user: 'alice' });
  assert.deepEqual(errorsOf(bob), [`identity_changed alice: alice shows ${CHANGED}`]);
  await alice.list();
  assert.ok(!alice.events.some(({ event }) => event === 'accepted'), 'no group was made');
});

test('the record of another user in the place of who has asked ends the acceptance, and is named', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });
  scene.evil.tell(swappedUser('bob', 'alice', (await Impostor.of('mallory')).list));
  bob.send({ do: 'accept', user: 'alice' });
  await bob.next('error', { code: 'invalid_consent' });
  assert.deepEqual(errorsOf(bob), [
    'invalid_consent alice: the request of alice cannot be accepted: the server gave the devices of somebody else',
  ]);
});

test('an acceptance by another identity of who was asked is not taken, and is named', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  // So Alice knows who Bob is.
  bob.send({ do: 'request', user: 'alice' });
  await alice.next('request', { from: 'bob' });
  alice.send({ do: 'refuse', user: 'bob' });
  await bob.next('refused', { by: 'alice' });
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });

  const request = fromBinary(RttSchema, scene.evil.bodies('bob', Opcode.RTT).at(-1) ?? assert.fail());
  const { keyPackage } = request.keyPackages[0] ?? assert.fail();
  const { requestId } = readConsent(request.consent?.statement ?? assert.fail());
  const impostor = await Impostor.of('bob');
  const conversation = nodeCrypto.randomBytes(16);
  const { accept } = await impostor.accept('alice', requestId, { conversation, keyPackage });
  await scene.evil.deliver('alice', Opcode.ACCEPT, AcceptSchema, accept);
  assert.deepEqual(errorsOf(alice), [`identity_changed bob: bob shows ${CHANGED}`]);
  assert.ok(!alice.events.some(({ event }) => event === 'accepted'));
});
