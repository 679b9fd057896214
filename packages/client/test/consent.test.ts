import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  hashKeyPackages,
  hashWelcome,
  MAX_DEVICES,
  MAX_KEY_PACKAGE,
  MAX_PENDING_RECEIVED,
  Opcode,
  signConsent,
} from '@parley/protocol';
import {
  type Accept,
  AcceptSchema,
  CancelSchema,
  ConsentKind,
  type ConsentStatement,
  ConsentStatementSchema,
  RefuseSchema,
  type Rtt,
  RttSchema,
  type SignedConsent,
} from '@parley/protocol/wire';
import { makeRtt } from '../src/conversations/consent.ts';
import { accept, cancel, refuse } from '../src/conversations/requests.ts';
import type { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

test('shows a request whose signature holds, with the safety number', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await deliverRtt(bob, await scene.ask(alice, 'bob'));
  const [shown] = bob.of('request');
  assert.equal(shown?.from, 'alice');
  assert.match(shown.safetyNumber, /^\d{5}( \d{5}){11}$/);
  assert.equal(bob.acks.length, 1);
});

test('refuses a request whose signature does not hold', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const rtt = await scene.ask(alice, 'bob');
  const signature = new Uint8Array(64);
  await deliverRtt(bob, { ...rtt, consent: { ...(rtt.consent as SignedConsent), signature } });
  assertDropped(bob);
});

test('refuses a request without a signature, and one without a device list', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const { consent, fromDevices, ...bare } = await scene.ask(alice, 'bob');
  await deliverRtt(bob, { ...bare, ...(fromDevices && { fromDevices }) });
  bob.minuteLater();
  await deliverRtt(bob, { ...bare, ...(consent && { consent }) });
  assert.deepEqual(bob.codes(), ['invalid_consent', 'invalid_consent']);
  assert.equal(bob.acks.length, 2);
});

test('refuses a request whose KeyPackages were exchanged', async () => {
  const scene = await Scene.create();
  const [alice, bob, mallory] = [await scene.device('alice'), await scene.device('bob'), await scene.device('mallory')];
  const rtt = await scene.ask(alice, 'bob');
  await deliverRtt(bob, { ...rtt, keyPackages: (await scene.ask(mallory, 'bob')).keyPackages });
  assertDropped(bob);
});

test('refuses a request with too many KeyPackages, or with one that is too large', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const { deviceId } = alice.context.records.account;
  const rttWith = (count: number, bytes: number): Rtt => {
    const keyPackage = { $typeName: 'parley.DeviceKeyPackage' as const, deviceId, keyPackage: new Uint8Array(bytes) };
    const id = scene.environment.crypto.randomBytes(16);
    return { ...makeRtt(alice.context, 'bob', id, Array(count).fill(keyPackage)), fromDevices: alice.list };
  };
  await deliverRtt(bob, rttWith(MAX_DEVICES + 1, 1));
  bob.minuteLater();
  await deliverRtt(bob, rttWith(1, MAX_KEY_PACKAGE + 1));
  assert.deepEqual([bob.codes(), bob.of('request')], [['invalid_consent', 'invalid_consent'], []]);
  await deliverRtt(bob, rttWith(MAX_DEVICES, MAX_KEY_PACKAGE));
  assert.equal(bob.of('request').length, 1, 'as many and as large as they may be');
});

test('keeps one request of each user, and of the newest 100', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const rttOf = (by: Device): Rtt => {
    const id = scene.environment.crypto.randomBytes(16);
    return { ...makeRtt(by.context, 'bob', id, []), fromDevices: by.list };
  };
  const peers = (): string[] => [...bob.context.records.requests.rows.values()].map(({ peer }) => peer);
  await deliverRtt(bob, rttOf(alice));
  await deliverRtt(bob, rttOf(alice));
  assert.deepEqual(peers(), ['alice']);
  for (let number = 0; number < MAX_PENDING_RECEIVED; number += 1) {
    await deliverRtt(bob, rttOf(await scene.device(`user${number}`)));
  }
  assert.deepEqual([peers().length, peers()[0]], [MAX_PENDING_RECEIVED, 'user0']);
});

test('refuses a request that was signed by another user', async () => {
  const scene = await Scene.create();
  const [alice, bob, mallory] = [await scene.device('alice'), await scene.device('bob'), await scene.device('mallory')];
  const rtt = await scene.ask(alice, 'bob');
  await deliverRtt(bob, { ...rtt, fromDevices: mallory.list });
  assertDropped(bob);
});

test('refuses a request that was meant for somebody else', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await deliverRtt(bob, await scene.ask(alice, 'carol'));
  assertDropped(bob);
});

test('refuses a statement of another kind in the place of a request', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const rtt = await scene.ask(alice, 'bob');
  await deliverRtt(bob, {
    ...rtt,
    consent: resign(alice, rtt, { kind: ConsentKind.CANCEL, attachmentSha256: new Uint8Array(0) }),
  });
  assertDropped(bob);
});

test('refuses a request under another identity key than the pinned one, and stops sending', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const impostor = await scene.device('alice');
  await deliverRtt(bob, await scene.ask(impostor, 'bob'));
  assert.equal(bob.of('request').length, 1, 'only the first one');
  await bob.send('alice', 'is it you?');
  assert.deepEqual(bob.codes(), ['identity_changed', 'identity_changed']);
  assert.equal(bob.waiting(Opcode.MESSAGE).length, 0);
  assert.equal(alice.codes().length, 0);
});

test('refuses to accept where the server gives the devices of another identity', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await deliverRtt(bob, await scene.ask(alice, 'bob'));
  await scene.device('alice'); // now in the directory
  await accept(bob.context, 'alice');
  await bob.settled();
  assert.deepEqual(bob.codes(), ['identity_changed']);
  assert.equal(bob.waiting(Opcode.ACCEPT).length, 0);
});

test('refuses to accept with a KeyPackage that is not of the device it names', async () => {
  const scene = await Scene.create();
  const [alice, bob, mallory] = [await scene.device('alice'), await scene.device('bob'), await scene.device('mallory')];
  const rtt = await scene.ask(alice, 'bob');
  const [own] = rtt.keyPackages;
  const [other] = (await scene.ask(mallory, 'bob')).keyPackages;
  const keyPackages = [{ ...(own as NonNullable<typeof own>), keyPackage: (other as NonNullable<typeof other>).keyPackage }];
  const attachmentSha256 = hashKeyPackages(scene.environment.crypto, keyPackages);
  await deliverRtt(bob, { ...rtt, keyPackages, consent: resign(alice, rtt, { attachmentSha256 }) });
  await accept(bob.context, 'alice');
  await bob.settled();
  assertDropped(bob, 1);
  assert.equal(bob.waiting(Opcode.ACCEPT).length, 0);
});

test('joins the group of an ACCEPT to a request of its own', async () => {
  const scene = await Scene.create();
  const { alice } = await scene.pair();
  assert.deepEqual(alice.of('accepted'), [{ event: 'accepted', by: 'bob' }]);
  const left = [...alice.vault.rows.keys()].filter((key) => key.startsWith('keypackage/'));
  assert.deepEqual(left, [], 'the private part was used and is gone');
});

test('joins no Welcome that answers no request it knows', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const answer = await scene.agree(bob, await scene.ask(alice, 'bob'), 'alice');
  for (const key of alice.context.records.requests.rows.keys()) alice.context.records.requests.rows.delete(key);
  await deliverAccept(alice, answer);
  assertNotJoined(alice);
});

test('joins no Welcome twice', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const answer = await scene.agree(bob, await scene.ask(alice, 'bob'), 'alice');
  await deliverAccept(alice, answer);
  await deliverAccept(alice, answer);
  assert.equal(alice.of('accepted').length, 1);
  assert.deepEqual(alice.codes(), ['invalid_consent']);
});

test('joins no Welcome from somebody who was not asked', async () => {
  const scene = await Scene.create();
  const [alice, mallory] = [await scene.device('alice'), await scene.device('mallory')];
  await scene.device('bob');
  const rtt = await scene.ask(alice, 'bob');
  // Mallory has got hold of the request, and its KeyPackages, and answers it.
  const forMallory = { ...rtt, consent: resign(alice, rtt, { to: 'mallory' }) };
  await deliverAccept(alice, await scene.agree(mallory, forMallory, 'alice'));
  assertNotJoined(alice);
});

test('joins no Welcome that was exchanged for another', async () => {
  const scene = await Scene.create();
  const [alice, bob, carol] = [await scene.device('alice'), await scene.device('bob'), await scene.device('carol')];
  const answer = await scene.agree(bob, await scene.ask(alice, 'bob'), 'alice');
  const other = await scene.agree(carol, await scene.ask(alice, 'carol'), 'alice');
  await deliverAccept(alice, { ...answer, welcome: other.welcome });
  assertNotJoined(alice);
});

test('joins no Welcome with a KeyPackage that it gave for another request', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await scene.device('carol');
  const forBob = await scene.ask(alice, 'bob');
  const forCarol = await scene.ask(alice, 'carol');
  const attachmentSha256 = hashKeyPackages(scene.environment.crypto, forCarol.keyPackages);
  const mixed = { ...forBob, keyPackages: forCarol.keyPackages, consent: resign(alice, forBob, { attachmentSha256 }) };
  await deliverAccept(alice, await scene.agree(bob, mixed, 'alice'));
  assertNotJoined(alice, 'unreadable');
});

test('joins no group that a third person is in', async () => {
  const scene = await Scene.create();
  const [alice, bob, mallory] = [await scene.device('alice'), await scene.device('bob'), await scene.device('mallory')];
  const rtt = await scene.ask(alice, 'bob');
  const honest = await scene.agree(bob, rtt, 'alice');
  const spy = (await scene.ask(mallory, 'bob')).keyPackages;
  const { certificate, signatureSecret, signatureKey } = bob.context.records.account;
  const device = { certificate, signatureSecret, signatureKey };
  const { conversation } = statementOf(honest.consent);
  const packages = [...rtt.keyPackages, ...spy].map(({ keyPackage }) => keyPackage);
  const { mls, crypto, now } = scene.environment;
  const { welcome } = await mls.createGroup(device, conversation, packages, now());
  const attachmentSha256 = hashWelcome(crypto, welcome);
  await deliverAccept(alice, { ...honest, welcome, consent: resign(bob, honest, { attachmentSha256 }) });
  assertNotJoined(alice, 'unreadable');
});

test('joins no group under another id than the one that was signed', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const answer = await scene.agree(bob, await scene.ask(alice, 'bob'), 'alice');
  await deliverAccept(alice, { ...answer, consent: resign(bob, answer, { conversation: new Uint8Array(16) }) });
  assertNotJoined(alice, 'unreadable');
});

test('believes a REFUSE only from the one who was asked', async () => {
  const scene = await Scene.create();
  const [alice, bob, mallory] = [await scene.device('alice'), await scene.device('bob'), await scene.device('mallory')];
  const rtt = await scene.ask(alice, 'bob');
  await deliverRtt(mallory, { ...rtt, consent: resign(alice, rtt, { to: 'mallory' }) });
  await refuse(mallory.context, 'alice');
  const forged = await mallory.hand(Opcode.REFUSE, (body) => fromBinary(RefuseSchema, body));
  await alice.deliver(Opcode.REFUSE, toBinary(RefuseSchema, { ...forged, fromDevices: mallory.list }));
  assert.deepEqual([alice.of('refused'), alice.codes()], [[], ['invalid_consent']]);

  await deliverRtt(bob, rtt);
  await refuse(bob.context, 'alice');
  const honest = await bob.hand(Opcode.REFUSE, (body) => fromBinary(RefuseSchema, body));
  await alice.deliver(Opcode.REFUSE, toBinary(RefuseSchema, { ...honest, fromDevices: bob.list }));
  assert.deepEqual(alice.of('refused'), [{ event: 'refused', by: 'bob' }]);
});

test('takes a request out of the tray when its sender cancels it', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await deliverRtt(bob, await scene.ask(alice, 'bob'));
  await cancel(alice.context, 'bob');
  const cancelled = await alice.hand(Opcode.CANCEL, (body) => fromBinary(CancelSchema, body));
  await bob.deliver(Opcode.CANCEL, toBinary(CancelSchema, { ...cancelled, fromDevices: alice.list }));
  await accept(bob.context, 'alice');
  assert.deepEqual(bob.codes(), ['unknown_request']);
});

test('accepts by itself a request that crosses with one of its own', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const first = await scene.ask(alice, 'bob');
  await scene.ask(bob, 'alice');
  await deliverRtt(bob, first);
  assert.equal(bob.of('request').length, 0);
  const answer = await bob.hand(Opcode.ACCEPT, (body) => fromBinary(AcceptSchema, body));
  await deliverAccept(alice, { ...answer, fromDevices: bob.list });
  assert.deepEqual(
    [alice.of('accepted'), bob.of('accepted')],
    [[{ event: 'accepted', by: 'bob' }], [{ event: 'accepted', by: 'alice' }]],
  );
});

test('does not accept by itself what a server only claims to have crossed', async () => {
  const scene = await Scene.create();
  const [alice, bob, mallory] = [await scene.device('alice'), await scene.device('bob'), await scene.device('mallory')];
  await scene.ask(bob, 'alice');
  const claimed = await scene.ask(mallory, 'bob');
  await deliverRtt(bob, claimed);
  assert.deepEqual(
    bob.of('request').map(({ from }) => from),
    ['mallory'],
    'it waits for an answer like any other',
  );
  assert.equal(bob.waiting(Opcode.ACCEPT).length, 0);
  assert.equal(alice.events.length, 0);
});

async function deliverRtt(device: Device, rtt: Rtt): Promise<void> {
  await device.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
}

async function deliverAccept(device: Device, accept: Accept): Promise<void> {
  await device.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, accept));
}

function statementOf(signed: SignedConsent | undefined): ConsentStatement {
  return fromBinary(ConsentStatementSchema, (signed as SignedConsent).statement);
}

/** What the sender signed, with changes, signed again by the same device: an evil client rather than an evil server. */
function resign(
  signer: Device,
  body: { consent?: SignedConsent | undefined },
  changes: Partial<ConsentStatement>,
): SignedConsent {
  const { signatureSecret } = signer.context.records.account;
  const statement = create(ConsentStatementSchema, { ...statementOf(body.consent), ...changes });
  return signConsent(signer.context.environment.crypto, signatureSecret, statement);
}

/** Nothing of it was shown, and it will not come again. */
function assertDropped(device: Device, shown = 0): void {
  assert.equal(device.of('request').length, shown);
  assert.deepEqual(device.codes(), ['invalid_consent']);
  assert.equal(device.acks.length, 1);
}

function assertNotJoined(device: Device, code = 'invalid_consent'): void {
  assert.deepEqual(device.of('accepted'), []);
  assert.equal(device.context.records.conversations.rows.size, 0);
  assert.deepEqual(device.codes(), [code]);
}
