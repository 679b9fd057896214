import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { MAX_REPLACED_GROUPS, Opcode, signConsent, toHex } from '@parley/protocol';
import {
  ConsentKind,
  type ConsentProof,
  ConsentProofSchema,
  type ConsentStatement,
  ConsentStatementSchema,
  DeviceRefSchema,
  DevicesSchema,
  MessageSchema,
  type Replace,
  ReplaceSchema,
} from '@parley/protocol/wire';
import { makeReplace } from '../src/conversations/consent.ts';
import { Healer } from '../src/conversations/healer.ts';
import { mlsDevice } from '../src/conversations/key-packages.ts';
import { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

/** New groups that others make for a conversation: which are joined, and which are dropped. The test is the server. */

async function talking() {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  return { scene, alice, bob, before: toHex(bob.conversationWith('alice').id) };
}

const deliver = (device: Device, replace: Replace): Promise<void> =>
  device.deliver(Opcode.REPLACE, toBinary(ReplaceSchema, replace));

async function assertTalks(scene: Scene, from: Device, to: Device, text: string): Promise<void> {
  await to.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(from, to.username, text)));
  assert.equal(to.of('message').at(-1)?.text, text);
}

function statementOf({ consent }: Replace): ConsentStatement {
  assert.ok(consent !== undefined);
  return fromBinary(ConsentStatementSchema, consent.statement);
}

/** What was signed, with changes, signed again by a device: an evil client rather than an evil server. */
function resigned(signer: Device, replace: Replace, changes: Partial<ConsentStatement>): Replace {
  const { environment, records } = signer.context;
  const statement = create(ConsentStatementSchema, { ...statementOf(replace), ...changes });
  return { ...replace, consent: signConsent(environment.crypto, records.account.signatureSecret, statement) };
}

/** Nothing has changed but that the user knows, and it will not come again. */
function assertDropped(device: Device, before: string, codes = ['invalid_consent']): void {
  assert.equal(toHex(device.conversationWith('alice').id), before);
  assert.equal(device.conversationWith('alice').broken, false);
  assert.deepEqual(device.codes(), codes);
  assert.equal(device.healing.size, 0);
  assert.equal(device.broken, undefined);
}

test('opens what was sent in the newest replaced groups, and keeps the keys of no more', async () => {
  const { scene, alice, bob, before } = await talking();
  const early = await scene.say(alice, 'bob', 'early');
  const groups = async (): Promise<string[]> => (await bob.vault.scan('mls-secrets')).map(({ key }) => key);
  let newest = before;
  const old: string[] = [];
  for (let count = 0; count < MAX_REPLACED_GROUPS; count += 1) {
    old.push(newest);
    const replace = await scene.replace(alice, bob);
    newest = toHex(alice.conversationWith('bob').id);
    await deliver(bob, replace);
  }
  assert.deepEqual(new Set(await groups()), new Set([...old, newest]));
  await bob.deliver(Opcode.MESSAGE, toBinary(MessageSchema, early));
  assert.equal(bob.of('message').at(-1)?.text, 'early');

  await deliver(bob, await scene.replace(alice, bob));
  assert.equal((await groups()).includes(before), false);
  assert.equal((await groups()).length, MAX_REPLACED_GROUPS + 1);
  await bob.deliver(Opcode.MESSAGE, toBinary(MessageSchema, { ...early, id: scene.environment.crypto.randomBytes(16) }));
  assert.deepEqual(bob.codes(), ['unreadable']);
  await assertTalks(scene, alice, bob, 'goes on');
});

test('joins the new group of a contact, and both talk in it', async () => {
  const { scene, alice, bob, before } = await talking();
  await deliver(bob, await scene.replace(alice, bob));
  assert.notEqual(toHex(bob.conversationWith('alice').id), before);
  await assertTalks(scene, alice, bob, 'hi');
  await assertTalks(scene, bob, alice, 'hello');
  assert.deepEqual([bob.codes(), alice.codes()], [[], []]);
});

test('still reads what was sent in the old group before', async () => {
  const { scene, alice, bob } = await talking();
  const late = await scene.say(alice, 'bob', 'said before');
  await deliver(bob, await scene.replace(alice, bob));
  await bob.deliver(Opcode.MESSAGE, toBinary(MessageSchema, late));
  assert.deepEqual(
    bob.of('message').map(({ text }) => text),
    ['said before'],
  );
});

test('drops a REPLACE that comes again', async () => {
  const { scene, alice, bob } = await talking();
  const replace = await scene.replace(alice, bob);
  await deliver(bob, replace);
  const current = toHex(bob.conversationWith('alice').id);
  await deliver(bob, replace);
  assertDropped(bob, current, []);
  await assertTalks(scene, alice, bob, 'hi');
});

test('drops a REPLACE of what was replaced by another one since', async () => {
  const { scene, alice, bob } = await talking();
  const first = await scene.replace(alice, bob);
  await deliver(bob, first);
  await deliver(bob, await scene.replace(alice, bob));
  const current = toHex(bob.conversationWith('alice').id);
  await deliver(bob, first);
  assertDropped(bob, current, []);
  // Another group for the same old conversation, made by an evil client that keeps what it has.
  const second = resigned(alice, first, { conversation: bob.context.environment.crypto.randomBytes(16) });
  await deliver(bob, second);
  assertDropped(bob, current, []);
  await assertTalks(scene, alice, bob, 'hi');
});

test('drops a REPLACE whose signature does not hold', async () => {
  const { scene, alice, bob, before } = await talking();
  const replace = await scene.replace(alice, bob);
  assert.ok(replace.consent !== undefined);
  await deliver(bob, { ...replace, consent: { ...replace.consent, signature: new Uint8Array(64) } });
  assertDropped(bob, before);
});

test('drops a REPLACE without a signature, and one without a device list', async () => {
  const { scene, alice, bob, before } = await talking();
  const { consent: _, ...unsigned } = await scene.replace(alice, bob);
  await deliver(bob, unsigned);
  const { fromDevices: __, ...bare } = await scene.replace(alice, bob);
  await deliver(bob, bare);
  assertDropped(bob, before, ['invalid_consent', 'invalid_consent']);
});

test('drops a REPLACE that another user has signed', async () => {
  const { scene, alice, bob, before } = await talking();
  const mallory = await scene.device('mallory');
  const replace = await scene.replace(alice, bob);
  await deliver(bob, { ...resigned(mallory, replace, {}), fromDevices: alice.list });
  assertDropped(bob, before);
});

test('drops a REPLACE of a third user for a conversation that is not theirs', async () => {
  const { scene, bob, before } = await talking();
  const mallory = await scene.device('mallory');
  await scene.introduce(mallory, bob);
  const own = await scene.replace(mallory, bob);
  await deliver(bob, resigned(mallory, own, { requestId: bob.conversationWith('alice').id }));
  assertDropped(bob, before);
});

test('drops a REPLACE of a stranger', async () => {
  const { scene, bob, before } = await talking();
  const [mallory, other] = [await scene.device('mallory'), await scene.device('other')];
  await scene.introduce(mallory, other);
  await bob.publish();
  const replace = resigned(mallory, await scene.replace(mallory, other), { to: 'bob' });
  await deliver(bob, { ...replace, fromDevices: mallory.list });
  assertDropped(bob, before);
  assert.equal(bob.context.records.contacts.rows.get('mallory')?.conversation.length ?? 0, 0);
});

test('drops a REPLACE signed by a device that is not on the list', async () => {
  const { scene, alice, bob, before } = await talking();
  const replace = await scene.replace(alice, bob);
  const stray = await Device.recovered(alice, new Map());
  await deliver(bob, resigned(stray, replace, { deviceId: stray.context.records.account.deviceId }));
  assertDropped(bob, before);
});

test('drops a REPLACE for somebody else', async () => {
  const { scene, alice, bob, before } = await talking();
  await deliver(bob, resigned(alice, await scene.replace(alice, bob), { to: 'carol' }));
  assertDropped(bob, before);
});

test('drops a statement of another kind in the place of a REPLACE', async () => {
  const { scene, alice, bob, before } = await talking();
  await deliver(bob, resigned(alice, await scene.replace(alice, bob), { kind: ConsentKind.ACCEPT }));
  assertDropped(bob, before);
});

test('drops a REPLACE whose Welcome was exchanged', async () => {
  const { scene, alice, bob, before } = await talking();
  const replace = await scene.replace(alice, bob);
  await deliver(bob, { ...replace, welcome: bob.context.environment.crypto.randomBytes(replace.welcome.length) });
  assertDropped(bob, before);
});

test('drops a REPLACE under an older device list than was seen before', async () => {
  const { scene, alice, bob, before } = await talking();
  const replace = await scene.replace(alice, bob);
  await Device.sibling(alice, scene.directory);
  await bob.deliver(Opcode.DEVICES, devicesOf(alice));
  await deliver(bob, replace);
  assert.equal(toHex(bob.conversationWith('alice').id), before);
  assert.deepEqual(bob.codes(), ['invalid_consent']);
});

test('drops a REPLACE under another identity, and stops sending until the user has looked', async () => {
  const { bob, before } = await talking();
  const elsewhere = await Scene.create();
  const [impostor, victim] = [await elsewhere.device('alice'), await elsewhere.device('victim')];
  await elsewhere.introduce(impostor, victim);
  const requestId = bob.conversationWith('alice').id;
  await deliver(bob, resigned(impostor, await elsewhere.replace(impostor, victim), { to: 'bob', requestId }));
  assert.equal(toHex(bob.conversationWith('alice').id), before);
  assert.deepEqual(bob.codes(), ['identity_changed']);
});

test('does not talk in a new group that holds a third user, and answers it with one of its own', async () => {
  const { scene, alice, bob } = await talking();
  const mallory = await scene.device('mallory');
  await deliver(bob, await withGroup(alice, bob.conversationWith('alice').id, [bob, mallory]));
  await assertAnswered(scene, alice, bob);
});

test('answers a new group that it cannot join with one of its own', async () => {
  const { scene, alice, bob } = await talking();
  const mallory = await scene.device('mallory');
  await deliver(bob, await withGroup(alice, bob.conversationWith('alice').id, [mallory]));
  await assertAnswered(scene, alice, bob);
});

/** Bob is told, encrypts nothing in it, and wants another group, which Alice joins though she believes in hers. */
async function assertAnswered(scene: Scene, alice: Device, bob: Device): Promise<void> {
  const current = bob.conversationWith('alice');
  assert.equal(current.broken, true);
  assert.deepEqual(bob.codes(), ['unreadable']);
  assert.deepEqual([...bob.healing], [toHex(current.id)]);
  await bob.send('alice', 'waits');
  assert.equal(bob.waiting(Opcode.MESSAGE)[0]?.body.length, 0);
  const answer = await scene.replace(bob, alice);
  await deliver(alice, answer);
  const waited = await bob.hand(Opcode.MESSAGE, (body) => fromBinary(MessageSchema, body));
  await alice.deliver(Opcode.MESSAGE, toBinary(MessageSchema, waited));
  assert.equal(alice.of('message').at(-1)?.text, 'waits');
}

test('makes no more than one group a minute, however many come that it cannot join', async () => {
  let now = Date.now();
  const timers = new Set<{ readonly run: () => void; readonly atMs: number }>();
  const scene = await Scene.create({
    now: () => now,
    setTimer: (run, ms) => {
      const timer = { run, atMs: now + ms };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
  });
  const { alice, bob } = await scene.pair();
  const mallory = await scene.device('mallory');
  await alice.publish();
  const healer = new Healer(bob.context, (error) => assert.fail(String(error)));
  Object.assign(bob.context, { heal: (key: string) => healer.heal(key) });
  let made = 0;
  const takeMade = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await bob.settled();
    for (const _ of bob.waiting(Opcode.REPLACE)) {
      await bob.hand(Opcode.REPLACE, () => {});
      made += 1;
    }
  };
  for (const minute of [1, 2, 3]) {
    for (let i = 0; i < 5; i++) {
      await deliver(bob, await withGroup(alice, bob.conversationWith('alice').id, [mallory]));
      await takeMade();
    }
    assert.equal(made, minute);
    now += 60_000;
    for (const timer of [...timers]) if (timer.atMs <= now && timers.delete(timer)) timer.run();
    await takeMade();
  }
  healer.stop();
});

// ---- a device that has lost everything ----

async function recovered() {
  const scene = await Scene.create();
  const { alice, bob: lost } = await scene.pair();
  const bob = await Device.recovered(lost, scene.directory);
  await alice.deliver(Opcode.DEVICES, devicesOf(bob));
  const replace = await scene.replace(alice, bob);
  return { scene, alice, lost, bob, replace };
}

function assertUnknown(bob: Device, peer = 'alice'): void {
  assert.deepEqual(bob.codes(), ['invalid_consent']);
  assert.deepEqual(bob.of('accepted'), []);
  assert.equal(bob.context.records.conversations.rows.size, 0);
  assert.equal(bob.context.records.contacts.rows.get(peer)?.conversation.length ?? 0, 0);
}

test('a recovered device joins the group of whoever shows that this user has agreed', async () => {
  const { scene, alice, bob, replace } = await recovered();
  await deliver(bob, replace);
  assert.deepEqual(bob.of('accepted'), [{ event: 'accepted', by: 'alice' }]);
  await assertTalks(scene, alice, bob, 'welcome back');
  await assertTalks(scene, bob, alice, 'here I am');
});

test('a recovered device drops a REPLACE without a proof', async () => {
  const { bob, replace } = await recovered();
  const { proof: _, ...bare } = replace;
  await deliver(bob, bare);
  assertUnknown(bob);
});

test('a recovered device drops a REPLACE whose proof the other user has signed', async () => {
  const { alice, bob, replace } = await recovered();
  const forged = bobsConsent(alice);
  await deliver(bob, { ...replace, proof: forged });
  assertUnknown(bob);
});

test('a recovered device drops a REPLACE whose proof is about somebody else', async () => {
  const { scene, lost, bob } = await recovered();
  const mallory = await scene.device('mallory');
  const other = await scene.device('other');
  await scene.introduce(mallory, other);
  const toAlice = bobsConsent(lost);
  const replace = resigned(mallory, await scene.replace(mallory, other), { to: 'bob' });
  await deliver(bob, { ...replace, fromDevices: mallory.list, proof: toAlice });
  assertUnknown(bob, 'mallory');
});

test('a recovered device drops a REPLACE whose proof is a refusal', async () => {
  const { lost, bob, replace } = await recovered();
  await deliver(bob, { ...replace, proof: bobsConsent(lost, ConsentKind.REFUSE) });
  assertUnknown(bob);
});

test('a recovered device drops a REPLACE whose proof is under another identity of that name', async () => {
  const { bob, replace } = await recovered();
  const impostor = await (await Scene.create()).device('bob');
  await deliver(bob, { ...replace, proof: bobsConsent(impostor) });
  assertUnknown(bob);
});

/** That Bob has agreed to talk with Alice, as this device has signed it. */
function bobsConsent(signer: Device, kind: ConsentKind = ConsentKind.RTT): ConsentProof {
  const { environment, records } = signer.context;
  const { deviceId, signatureSecret } = records.account;
  const statement = create(ConsentStatementSchema, {
    requestId: environment.crypto.randomBytes(16),
    deviceId,
    timeMs: BigInt(environment.now()),
    attachmentSha256: kind === ConsentKind.REFUSE ? new Uint8Array(0) : environment.crypto.randomBytes(32),
    from: 'bob',
    to: 'alice',
    kind,
  });
  return create(ConsentProofSchema, {
    consent: signConsent(environment.crypto, signatureSecret, statement),
    devices: signer.list,
  });
}

/** A REPLACE of Alice's with a group of hers and these devices. */
async function withGroup(alice: Device, replaces: Uint8Array, others: readonly Device[]): Promise<Replace> {
  const { environment } = alice.context;
  const conversation = environment.crypto.randomBytes(16);
  const packages = await Promise.all(others.map((device) => device.publish()));
  const { state, welcome } = await environment.mls.createGroup(
    mlsDevice(alice.context),
    conversation,
    packages,
    environment.now(),
  );
  const { suite, epoch, members } = environment.mls.info(state);
  const refs = members.map(({ username, deviceId }) => create(DeviceRefSchema, { username, deviceId }));
  const body = makeReplace(alice.context, 'bob', replaces, { conversation, suite, epoch, members: refs, welcome }, undefined);
  return { ...body, fromDevices: alice.list };
}

const devicesOf = (device: Device): Uint8Array => toBinary(DevicesSchema, create(DevicesSchema, { devices: device.list }));
