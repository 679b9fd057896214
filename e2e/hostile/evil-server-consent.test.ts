import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { hashWelcome, Opcode, readConsent } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import {
  CancelSchema,
  ConsentKind,
  ErrorSchema,
  RefuseSchema,
  RejoinSchema,
  ReplaceSchema,
  RttSchema,
} from '@parley/protocol/wire';
import { Impostor } from '../support/evil-server/impostor.ts';
import { holdingBack } from '../support/evil-server/mailbox-lies.ts';
import { errorsOf, Scene } from '../support/evil-server/scene.ts';
import { within } from '../support/process.ts';
import { befriend, say } from '../support/world.ts';

/** A server that makes up, repeats or delays what users answer to requests. */

const NOT_ASKED = 'it comes from somebody who was not asked';
const UNKNOWN = 'it is about no request that is known';

/** Alice has asked Bob, who has not answered. */
async function asked() {
  const scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });
  const rtt = fromBinary(RttSchema, scene.evil.bodies('bob', Opcode.RTT)[0] ?? assert.fail());
  const { requestId } = readConsent(rtt.consent?.statement ?? assert.fail());
  return {
    scene,
    alice,
    bob,
    requestId,
    fromDevices: rtt.fromDevices,
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  };
}

test('a refusal that the one who was asked has not signed refuses nothing, and is named', async () => {
  await using all = await asked();
  const { scene, alice, bob, requestId } = all;
  const mallory = await Impostor.of('mallory');
  const consent = mallory.sign({ kind: ConsentKind.REFUSE, requestId, to: 'alice' });
  await scene.evil.deliver('alice', Opcode.REFUSE, RefuseSchema, { consent, fromDevices: mallory.list });
  await scene.evil.deliver('alice', Opcode.REFUSE, RefuseSchema, { fromDevices: mallory.list });
  assert.deepEqual(errorsOf(alice), [
    `invalid_consent mallory: a refusal in mallory's name was dropped: ${NOT_ASKED}`,
    'invalid_consent -: a refusal was dropped: it is not signed',
  ]);
  assert.ok(!alice.events.some(({ event }) => event === 'refused'));
  bob.send({ do: 'accept', user: 'alice' });
  await alice.next('accepted', { by: 'bob' });
  await say(['bob', bob], ['alice', alice], 'I never said no', '1');
});

test('a request is not taken back by what its sender has not signed, and that is named', async () => {
  await using all = await asked();
  const { scene, alice, bob, requestId, fromDevices } = all;
  const mallory = await Impostor.of('mallory');
  const asAlice = mallory.sign({ kind: ConsentKind.CANCEL, requestId, to: 'bob', from: 'alice' });
  const asMallory = mallory.sign({ kind: ConsentKind.CANCEL, requestId, to: 'bob' });
  await scene.evil.deliver('bob', Opcode.CANCEL, CancelSchema, { consent: asAlice, ...(fromDevices && { fromDevices }) });
  await scene.evil.deliver('bob', Opcode.CANCEL, CancelSchema, { consent: asMallory, fromDevices: mallory.list });
  assert.deepEqual(errorsOf(bob), [
    "invalid_consent alice: a withdrawal of a request in alice's name was dropped: its signature does not hold",
    `invalid_consent mallory: a withdrawal of a request in mallory's name was dropped: ${NOT_ASKED}`,
  ]);
  bob.send({ do: 'accept', user: 'alice' });
  await alice.next('accepted', { by: 'bob' });
});

test('an acceptance that is repeated is dropped and named, and what is said goes on', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  await say(['alice', alice], ['bob', bob], 'one', '1');
  await scene.evil.inject('alice', Opcode.ACCEPT, scene.evil.bodies('alice', Opcode.ACCEPT)[0] ?? assert.fail());
  assert.deepEqual(errorsOf(alice), [`invalid_consent bob: an acceptance in bob's name was dropped: ${UNKNOWN}`]);
  assert.equal(alice.events.filter(({ event }) => event === 'accepted').length, 1);
  await say(['alice', alice], ['bob', bob], 'two', '2');
  await say(['bob', bob], ['alice', alice], 'three', '3');
});

test('an acceptance that is brought after the request was taken back is none, and is named', async () => {
  await using all = await asked();
  const { scene, alice, bob } = all;
  scene.evil.tell(holdingBack('alice', Opcode.ACCEPT));
  bob.send({ do: 'accept', user: 'alice' }, { do: 'send', to: 'alice', text: 'hello', id: '1' });
  await bob.next('sent', { id: '1' });
  // An honest server answers that it was accepted.
  const told = Promise.withResolvers<void>();
  scene.evil.tell({
    say(said, to) {
      const isLate = said.opcode === Opcode.ERROR && fromBinary(ErrorSchema, said.body).code === 'already_answered';
      if (to.username !== 'alice' || !isLate) return undefined;
      told.resolve();
      return [{ ...said, opcode: Opcode.OK, body: new Uint8Array(0) }];
    },
  });
  alice.send({ do: 'cancel', user: 'bob' });
  await within(told.promise, 'the server to be asked');
  await scene.evil.inject('alice', Opcode.ACCEPT, scene.evil.bodies('alice', Opcode.ACCEPT)[0] ?? assert.fail());
  assert.ok(!alice.events.some(({ event }) => ['accepted', 'message'].includes(event)));
  assert.equal(errorsOf(alice).at(-1), `invalid_consent bob: an acceptance in bob's name was dropped: ${UNKNOWN}`);
});

test('a new group that neither of the two has made is not joined and named; a true one that is repeated changes nothing', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  await say(['alice', alice], ['bob', bob], 'one', '1');
  await scene.evil.deliver('bob', Opcode.REJOIN, RejoinSchema, {});
  await say(['bob', bob], ['alice', alice], 'in a new group', '2');
  const told = errorsOf(alice).length;
  const replace = fromBinary(ReplaceSchema, scene.evil.bodies('alice', Opcode.REPLACE)[0] ?? assert.fail());
  const { requestId, conversation } = readConsent(replace.consent?.statement ?? assert.fail());
  await scene.evil.inject('alice', Opcode.REPLACE, toBinary(ReplaceSchema, replace));
  assert.equal(errorsOf(alice).length, told, 'it may come twice');

  const mallory = await Impostor.of('mallory');
  const { welcome } = replace;
  const statement = {
    kind: ConsentKind.REPLACE,
    requestId,
    to: 'alice',
    conversation: nodeCrypto.randomBytes(16),
    attachmentSha256: hashWelcome(nodeCrypto, welcome),
  };
  const forged = [
    { ...replace, consent: mallory.sign(statement), fromDevices: mallory.list },
    { ...replace, consent: mallory.sign({ ...statement, from: 'bob', requestId: conversation }) },
    { ...replace, welcome: nodeCrypto.randomBytes(500) },
  ];
  for (const each of forged) await scene.evil.deliver('alice', Opcode.REPLACE, ReplaceSchema, each);
  assert.deepEqual(errorsOf(alice).slice(told), [
    "invalid_consent mallory: a new group in mallory's name was dropped: it is about a conversation with somebody else",
    "invalid_consent bob: a new group in bob's name was dropped: its signature does not hold",
    "invalid_consent bob: a new group in bob's name was dropped: what came with it was changed",
  ]);
  await say(['alice', alice], ['bob', bob], 'still us two', '3');
  await say(['bob', bob], ['alice', alice], 'yes', '4');
});

test('a request that was refused, or that two have settled, is not shown again when the server repeats it', async () => {
  await using scene = await Scene.start();
  const [alice, bob, carol] = [await scene.enter('alice'), await scene.enter('bob'), await scene.enter('carol')];
  await befriend(['carol', carol], ['bob', bob]);
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });
  bob.send({ do: 'refuse', user: 'alice' });
  await alice.next('refused', { by: 'bob' });
  for (const body of scene.evil.bodies('bob', Opcode.RTT)) await scene.evil.inject('bob', Opcode.RTT, body);
  assert.equal(bob.events.filter(({ event }) => event === 'request').length, 2);
  assert.deepEqual(errorsOf(bob), []);
  bob.send({ do: 'accept', user: 'alice' });
  await bob.next('error', { code: 'unknown_request', user: 'alice' });
});
