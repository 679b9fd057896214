import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  hashKeyPackages,
  MAX_KEY_PACKAGE,
  MAX_PENDING_SENT,
  MAX_WITHDRAWN_TO_ONE,
  Opcode,
  openConsent,
  openDeviceList,
  REFUSED_WAIT_MS,
  signConsent,
  signDeviceList,
} from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import {
  AcceptSchema,
  CancelSchema,
  ConsentKind,
  DeviceKeyPackageSchema,
  DeviceRefSchema,
  MessageSchema,
  RefuseSchema,
  RegistrationSchema,
  type Rtt,
  RttSchema,
  SettingsSchema,
  SignedDeviceListSchema,
} from '@parley/protocol/wire';
import { Account, acceptOf, cancelOf, refuseOf, requestId, rttOf } from './support/account.ts';
import type { TestClient } from './support/client.ts';
import { ManualClock } from './support/manual-clock.ts';
import { messageOf, pair, sendAndReceive, TestServer, talk } from './support/server.ts';
import { Witness } from './support/witness.ts';

test('brings an RTT to the user asked, with the newest device list of who signed it', async (t) => {
  const { alice, bob } = await pair(t);
  const sent = rttOf(alice.account, 'bob');
  await alice.ok(Opcode.RTT, RttSchema, sent);
  const { position, consent, keyPackages, fromDevices } = await bob.nextBody(Opcode.RTT, RttSchema);
  assert.ok(position > 0n);
  assert.deepEqual(keyPackages, sent.keyPackages);
  assert.deepEqual(toBinary(SignedDeviceListSchema, fromDevices!), alice.account.list);
  const statement = openConsent(crypto, consent!, openDeviceList(crypto, fromDevices!));
  assert.equal(statement.from, 'alice');
});

test('brings RTT and ACCEPT to all devices of both but the one that sent it', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register(new Account('alice', { devices: 2 }));
  const bob = await server.register(new Account('bob', { devices: 2 }));
  const alice2 = await server.logIn(alice.account, { device: 1 });
  const bob2 = await server.logIn(bob.account, { device: 1 });
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  for (const device of [alice2, bob, bob2]) await device.next(Opcode.RTT);
  await bob.ok(Opcode.ACCEPT, AcceptSchema, acceptOf(bob.account, alice.account, id));
  for (const device of [alice, alice2, bob2]) await device.next(Opcode.ACCEPT);
  assert.equal(alice.waiting(Opcode.RTT), 0);
  assert.equal(bob.waiting(Opcode.ACCEPT), 0);
});

test('the same RTT again is OK and comes once', async (t) => {
  const { alice, bob } = await pair(t);
  const rtt = rttOf(alice.account, 'bob');
  await alice.ok(Opcode.RTT, RttSchema, rtt);
  await alice.ok(Opcode.RTT, RttSchema, rtt);
  const conversation = await acceptFirst(bob, alice);
  await sendAndReceive(bob, alice, conversation, 'hi');
  assert.equal(bob.waiting(Opcode.RTT), 0);
});

test('the same RTT and the same ACCEPT again are OK though the device list of their sender is another by then', async (t) => {
  const { server, alice, bob } = await pair(t);
  const id = requestId();
  const rtt = rttOf(alice.account, 'bob', { requestId: id });
  await alice.ok(Opcode.RTT, RttSchema, rtt);
  const aliceAgain = await withAnotherDevice(server, alice.account);
  await aliceAgain.ok(Opcode.RTT, RttSchema, rtt);

  const answer = acceptOf(bob.account, alice.account, id);
  await bob.ok(Opcode.ACCEPT, AcceptSchema, answer);
  const bobAgain = await withAnotherDevice(server, bob.account);
  await bobAgain.ok(Opcode.ACCEPT, AcceptSchema, answer);

  const refused = requestId();
  const carol = await server.register('carol');
  await carol.ok(Opcode.RTT, RttSchema, rttOf(carol.account, 'bob', { requestId: refused }));
  const refusal = refuseOf(bob.account, 'carol', refused);
  await bobAgain.ok(Opcode.REFUSE, RefuseSchema, refusal);
  const bobOnceMore = await withAnotherDevice(server, bob.account, 3n);
  await bobOnceMore.ok(Opcode.REFUSE, RefuseSchema, refusal);
});

/** Logs the first device in with a newer list, on which there is one more. */
function withAnotherDevice(server: TestServer, account: Account, version = 2n): Promise<TestClient> {
  const { username, identity } = account;
  const other = new Account(username, { identity });
  const certificates = [account.device().certificate, other.device().certificate];
  const list = signDeviceList(crypto, identity, { username, version, certificates });
  const registration = create(RegistrationSchema, {
    proof: { case: 'recovery', value: {} },
    deviceList: fromBinary(SignedDeviceListSchema, list),
  });
  return server.logIn(account, { registration });
}

async function acceptFirst(asked: TestClient, requester: TestClient): Promise<Uint8Array> {
  const { consent } = await asked.nextBody(Opcode.RTT, RttSchema);
  const { requestId: id } = openConsent(crypto, consent!, openDeviceList(crypto, requester.account.list));
  const conversation = crypto.randomBytes(16);
  await asked.ok(Opcode.ACCEPT, AcceptSchema, acceptOf(asked.account, requester.account, id, { conversation }));
  return conversation;
}

test('refuses an RTT to a user nobody knows, by the exact name', async (t) => {
  const { alice } = await pair(t);
  for (const name of ['nobody', 'bo', 'bobb']) {
    assert.equal((await alice.error(Opcode.RTT, RttSchema, rttOf(alice.account, name))).code, 'unknown_user', name);
  }
});

test('refuses an RTT to oneself', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  // signConsent would not sign it: change the name in a signed one, which breaks the signature as well.
  const rtt = rttOf(alice.account, 'alicf');
  const at = Buffer.from(rtt.consent!.statement).indexOf('alicf');
  rtt.consent!.statement[at + 4] = 'e'.charCodeAt(0);
  assert.equal((await alice.error(Opcode.RTT, RttSchema, rtt)).code, 'malformed');
  await alice.socket.closed;
  await witness.check();
});

const forged: Record<string, (rtt: Rtt, alice: Account) => void> = {
  'without a statement': (rtt) => {
    rtt.consent = undefined;
  },
  'whose signature was changed': (rtt) => {
    rtt.consent!.signature[0]! ^= 1;
  },
  'whose statement was changed': (rtt) => {
    rtt.consent!.statement[rtt.consent!.statement.length - 1]! ^= 1;
  },
  'signed by somebody else': (rtt) => {
    rtt.consent = rttOf(new Account('alice'), 'bob').consent;
  },
  'in the name of another user': (rtt) => {
    rtt.consent = rttOf(new Account('carol'), 'bob').consent;
  },
  'that says it is from another user': (rtt, alice) => {
    rtt.consent = rttOf(alice, 'bob', { from: 'carol' }).consent;
  },
  'signed by another device of the user': (rtt, alice) => {
    rtt.consent = rttOf(alice, 'bob', { device: 1 }).consent;
  },
  'with other KeyPackages than were signed': (rtt) => {
    rtt.keyPackages[0]!.keyPackage = crypto.randomBytes(40);
  },
  'without KeyPackages': (rtt) => {
    rtt.keyPackages = [];
  },
  'of another kind': (rtt, alice) => {
    rtt.consent = acceptOf(alice, new Account('bob'), requestId()).consent;
  },
  'that fills in its position': (rtt) => {
    rtt.position = 5n;
  },
  'that fills in its device list': (rtt) => {
    rtt.fromDevices = create(SignedDeviceListSchema, {});
  },
};
for (const [what, forge] of Object.entries(forged)) {
  test(`refuses an RTT ${what}`, async (t) => {
    const server = await TestServer.start(t);
    const alice = await server.register(new Account('alice', { devices: 2 }));
    const bob = await server.register('bob');
    const rtt = rttOf(alice.account, 'bob');
    forge(rtt, alice.account);
    assert.equal((await alice.error(Opcode.RTT, RttSchema, rtt)).code, 'malformed');
    assert.equal(await alice.socket.closed, 1008);
    assert.equal(bob.waiting(Opcode.RTT), 0);
  });
}

test('refuses an RTT with a KeyPackage for a device that is not on the list, or twice for one', async (t) => {
  const { server, alice } = await pair(t);
  const { deviceId, signature } = alice.account.device();
  for (const ids of [[deviceId, deviceId], [deviceId, crypto.randomBytes(8)], [crypto.randomBytes(8)]]) {
    const keyPackages = ids.map((id) => create(DeviceKeyPackageSchema, { deviceId: id, keyPackage: crypto.randomBytes(40) }));
    const consent = signConsent(crypto, signature.secret, {
      kind: ConsentKind.RTT,
      requestId: requestId(),
      from: 'alice',
      deviceId,
      to: 'bob',
      attachmentSha256: hashKeyPackages(crypto, keyPackages),
    });
    const client = await server.logIn(alice.account);
    assert.equal((await client.error(Opcode.RTT, RttSchema, { consent, keyPackages })).code, 'malformed');
  }
});

test('refuses an RTT with a KeyPackage that is too large', async (t) => {
  const { server, alice } = await pair(t);
  const { deviceId, signature } = alice.account.device();
  const sizes = { [MAX_KEY_PACKAGE]: undefined, [MAX_KEY_PACKAGE + 1]: 'too_large' };
  for (const [bytes, code] of Object.entries(sizes)) {
    const keyPackages = [create(DeviceKeyPackageSchema, { deviceId, keyPackage: crypto.randomBytes(Number(bytes)) })];
    const statement = { kind: ConsentKind.RTT, requestId: requestId(), from: 'alice', deviceId, to: 'bob' };
    const attachmentSha256 = hashKeyPackages(crypto, keyPackages);
    const consent = signConsent(crypto, signature.secret, { ...statement, attachmentSha256 });
    const client = await server.logIn(alice.account);
    if (code === undefined) await client.ok(Opcode.RTT, RttSchema, { consent, keyPackages });
    else assert.equal((await client.error(Opcode.RTT, RttSchema, { consent, keyPackages })).code, code);
  }
});

test('refuses an ACCEPT of nothing, of what was asked of others, and of one`s own request', async (t) => {
  const { server, alice, bob } = await pair(t);
  const mallory = await server.register('mallory');
  const unknown = await bob.error(Opcode.ACCEPT, AcceptSchema, acceptOf(bob.account, alice.account, requestId()));
  assert.equal(unknown.code, 'unknown_request');
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  const others = await mallory.error(Opcode.ACCEPT, AcceptSchema, acceptOf(mallory.account, alice.account, id));
  assert.equal(others.code, 'unknown_request');
  const own = await alice.error(Opcode.ACCEPT, AcceptSchema, acceptOf(alice.account, bob.account, id));
  assert.equal(own.code, 'unknown_request');
});

test('the first answer wins, and the identical one again is OK', async (t) => {
  const { alice, bob } = await pair(t);
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  const answer = acceptOf(bob.account, alice.account, id);
  await bob.ok(Opcode.ACCEPT, AcceptSchema, answer);
  await bob.ok(Opcode.ACCEPT, AcceptSchema, answer);
  const second = await bob.error(Opcode.ACCEPT, AcceptSchema, acceptOf(bob.account, alice.account, id));
  assert.equal(second.code, 'already_answered');
  const refusal = await bob.error(Opcode.REFUSE, RefuseSchema, refuseOf(bob.account, 'alice', id));
  assert.equal(refusal.code, 'already_answered');
  await alice.next(Opcode.ACCEPT);
  assert.equal(alice.waiting(Opcode.ACCEPT), 0);
});

test('refuses an ACCEPT whose outer members are not those two users', async (t) => {
  const { server, alice, bob } = await pair(t);
  const mallory = new Account('mallory');
  await server.register(mallory);
  type Member = { username: string; deviceId: Uint8Array };
  const changes: ((members: Member[]) => Member[])[] = [
    (members) => [...members, { username: 'mallory', deviceId: mallory.device().deviceId }],
    (members) => members.filter(({ username }) => username === 'bob'),
    (members) => members.filter(({ username }) => username === 'alice'),
    (members) => [...members, members[0]!],
    (members) => [...members, { username: '../alice', deviceId: new Uint8Array(8) }],
    (members) => [...members, { username: 'alice', deviceId: new Uint8Array(7) }],
    () => Array.from({ length: 33 }, () => ({ username: 'alice', deviceId: crypto.randomBytes(8) })),
    () => [],
  ];
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  await bob.leave();
  for (const change of changes) {
    const client = await server.logIn(bob.account);
    const answer = acceptOf(bob.account, alice.account, id);
    answer.members = change(answer.members).map((member) => create(DeviceRefSchema, member));
    assert.equal((await client.error(Opcode.ACCEPT, AcceptSchema, answer)).code, 'malformed');
    await client.socket.closed;
  }
  assert.equal(alice.waiting(Opcode.ACCEPT), 0);
});

test('refuses an ACCEPT with another Welcome than was signed, without one, and of epoch 0', async (t) => {
  const { server, alice, bob } = await pair(t);
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  for (const change of [{ welcome: crypto.randomBytes(100) }, { welcome: new Uint8Array(0) }, { epoch: 0n }, { position: 1n }]) {
    const client = await server.logIn(bob.account);
    const answer = { ...acceptOf(bob.account, alice.account, id), ...change };
    assert.equal((await client.error(Opcode.ACCEPT, AcceptSchema, answer)).code, 'malformed');
  }
});

test('of two requests that cross, the second gets the first', async (t) => {
  const { alice, bob } = await pair(t);
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob'));
  const { code, crossedWith } = await bob.error(Opcode.RTT, RttSchema, rttOf(bob.account, 'alice'));
  assert.equal(code, 'crossed');
  const statement = openConsent(crypto, crossedWith!.consent!, openDeviceList(crypto, alice.account.list));
  assert.equal(statement.from, 'alice');
  assert.equal(alice.waiting(Opcode.RTT), 0);
  await sendAndReceive(bob, alice, await acceptFirst(bob, alice), 'we both wanted to');
});

test('REFUSE reaches the requester, who may not ask again for 7 days', async (t) => {
  const clock = new ManualClock();
  const { alice, bob } = await pair(t, { clock });
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  await bob.ok(Opcode.REFUSE, RefuseSchema, refuseOf(bob.account, 'alice', id));
  const refused = await alice.nextBody(Opcode.REFUSE, RefuseSchema);
  assert.equal(openConsent(crypto, refused.consent!, openDeviceList(crypto, refused.fromDevices!)).kind, ConsentKind.REFUSE);
  assert.equal((await alice.error(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob'))).code, 'refused_recently');
  clock.advance(REFUSED_WAIT_MS);
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob'));
});

test('CANCEL takes a request back, which cannot be accepted then', async (t) => {
  const { alice, bob } = await pair(t);
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  await alice.ok(Opcode.CANCEL, CancelSchema, cancelOf(alice.account, 'bob', id));
  await bob.next(Opcode.CANCEL);
  const { code } = await bob.error(Opcode.ACCEPT, AcceptSchema, acceptOf(bob.account, alice.account, id));
  assert.equal(code, 'unknown_request');
});

test('a client that has lost what it knew asks anew, and the user asked accepts the newer request', async (t) => {
  const { alice, bob } = await pair(t);
  const older = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: older }));
  await bob.next(Opcode.RTT);
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob'));
  const { code } = await bob.error(Opcode.ACCEPT, AcceptSchema, acceptOf(bob.account, alice.account, older));
  assert.equal(code, 'unknown_request');
  await sendAndReceive(bob, alice, await acceptFirst(bob, alice), 'hi');
});

test('asking and taking back over and over reaches the mailbox of a user who is off line a few times only', async (t) => {
  const { server, alice, bob } = await pair(t);
  await bob.leave();
  for (let i = 0; i < MAX_WITHDRAWN_TO_ONE; i++) {
    const id = requestId();
    await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
    await alice.ok(Opcode.CANCEL, CancelSchema, cancelOf(alice.account, 'bob', id));
  }
  assert.equal((await alice.error(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob'))).code, 'quota_exceeded');
  const carol = await server.register('carol');
  await carol.ok(Opcode.RTT, RttSchema, rttOf(carol.account, 'bob'));
  const again = await server.logIn(bob.account);
  for (let i = 0; i <= MAX_WITHDRAWN_TO_ONE; i++) await again.next(Opcode.RTT);
  assert.equal(again.waiting(Opcode.CANCEL), MAX_WITHDRAWN_TO_ONE);
});

test('nobody can cancel or refuse the request of others', async (t) => {
  const { server, alice } = await pair(t);
  const mallory = await server.register('mallory');
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  assert.equal((await mallory.error(Opcode.CANCEL, CancelSchema, cancelOf(mallory.account, 'bob', id))).code, 'unknown_request');
  assert.equal(
    (await mallory.error(Opcode.REFUSE, RefuseSchema, refuseOf(mallory.account, 'alice', id))).code,
    'unknown_request',
  );
});

test('caps the requests that are pending', async (t) => {
  const { server, alice } = await pair(t);
  for (let i = 0; i < MAX_PENDING_SENT; i++) {
    await server.register(`user${i}`);
    await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, `user${i}`));
  }
  assert.equal((await alice.error(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob'))).code, 'quota_exceeded');
});

test('a blocked user sees what every user sees, and reaches nobody', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register(new Account('bob', { devices: 2 }));
  const bob2 = await server.logIn(bob.account, { device: 1 });
  const conversation = await talk(alice, bob);
  await alice.ok(Opcode.SETTINGS, SettingsSchema, { change: { case: 'block', value: 'bob' } });

  // In a conversation they have: OK, and bob's own devices get it.
  await bob.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'please'));
  await bob2.next(Opcode.MESSAGE);
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'no'));
  await bob.next(Opcode.MESSAGE);
  assert.equal(alice.waiting(Opcode.MESSAGE), 0);

  await alice.ok(Opcode.SETTINGS, SettingsSchema, { change: { case: 'unblock', value: 'bob' } });
  await sendAndReceive(bob, alice, conversation, 'thanks');
});

test('the RTT of a blocked user is OK, is not shown, never crosses, and can be cancelled', async (t) => {
  const { alice, bob } = await pair(t);
  await alice.ok(Opcode.SETTINGS, SettingsSchema, { change: { case: 'block', value: 'bob' } });
  const id = requestId();
  await bob.ok(Opcode.RTT, RttSchema, rttOf(bob.account, 'alice', { requestId: id }));
  // Alice asks bob all the same: nothing of his is pending for her.
  const hers = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: hers }));
  assert.equal(
    (await alice.error(Opcode.ACCEPT, AcceptSchema, acceptOf(alice.account, bob.account, id))).code,
    'unknown_request',
  );
  await bob.ok(Opcode.CANCEL, CancelSchema, cancelOf(bob.account, 'alice', id));
  await bob.next(Opcode.RTT);
  assert.equal(alice.waiting(Opcode.RTT) + alice.waiting(Opcode.CANCEL), 0);
});

test('nobody can block themselves, or a name that is none', async (t) => {
  const { server, alice } = await pair(t);
  for (const value of ['alice', '../../etc/passwd', 'x', 'a'.repeat(33)]) {
    const client = await server.logIn(alice.account);
    const { code } = await client.error(Opcode.SETTINGS, SettingsSchema, { change: { case: 'block', value } });
    assert.equal(code, 'malformed');
  }
  const client = await server.logIn(alice.account);
  assert.equal((await client.error(Opcode.SETTINGS, SettingsSchema, {})).code, 'malformed');
});
