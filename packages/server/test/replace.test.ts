import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { toBinary } from '@bufbuild/protobuf';
import { equalBytes, MAX_REPLACEMENTS_PER_HOUR, Opcode } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import {
  AcceptSchema,
  ConsentKind,
  DevicesSchema,
  MessageSchema,
  ReplaceSchema,
  RttSchema,
  SettingsSchema,
  SignedDeviceListSchema,
} from '@parley/protocol/wire';
import { Account, acceptOf, replaceOf, requestId, rttOf } from './support/account.ts';
import type { TestClient } from './support/client.ts';
import { messageOf, sendAndReceive, TestServer, talk } from './support/server.ts';

async function talking(t: TestContext) {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  return { server, alice, bob, old: await talk(alice, bob) };
}

function replace(by: TestClient, peer: TestClient, replaced: Uint8Array, conversation: Uint8Array = crypto.randomBytes(16)) {
  return by.ok(Opcode.REPLACE, ReplaceSchema, replaceOf(by.account, peer.account, replaced, { conversation }));
}

test('brings a REPLACE to the other user, who talks in the new conversation from then on', async (t) => {
  const { alice, bob, old } = await talking(t);
  const conversation = crypto.randomBytes(16);
  await replace(alice, bob, old, conversation);
  const { fromDevices, consent } = await bob.nextBody(Opcode.REPLACE, ReplaceSchema);
  assert.ok(fromDevices !== undefined && consent !== undefined, 'what Bob needs to verify it');
  await sendAndReceive(alice, bob, conversation, 'hi');
  await sendAndReceive(bob, alice, conversation, 'hello');
});

test('brings along the proof of consent that comes with a REPLACE', async (t) => {
  const { alice, bob, old } = await talking(t);
  const { consent } = rttOf(alice.account, 'bob');
  const proof = { $typeName: 'parley.ConsentProof' as const, ...(consent === undefined ? {} : { consent }) };
  await alice.ok(Opcode.REPLACE, ReplaceSchema, replaceOf(alice.account, bob.account, old, { proof }));
  assert.deepEqual((await bob.nextBody(Opcode.REPLACE, ReplaceSchema)).proof?.consent, consent);
});

test('keeps a REPLACE for a user who is away', async (t) => {
  const { server, alice, bob, old } = await talking(t);
  await bob.leave();
  await replace(alice, bob, old);
  await (await server.logIn(bob.account)).next(Opcode.REPLACE);
});

test('takes the same REPLACE again, and brings it once', async (t) => {
  const { alice, bob, old } = await talking(t);
  const conversation = crypto.randomBytes(16);
  const body = replaceOf(alice.account, bob.account, old, { conversation });
  for (let i = 0; i < 3; i++) await alice.ok(Opcode.REPLACE, ReplaceSchema, body);
  await bob.next(Opcode.REPLACE);
  await sendAndReceive(alice, bob, conversation, 'hi');
  assert.equal(bob.waiting(Opcode.REPLACE), 0);
});

/** What has the place of a conversation, as the server tells whoever comes too late. */
async function newest(by: TestClient, peer: TestClient, old: Uint8Array): Promise<Uint8Array> {
  const error = await by.error(Opcode.REPLACE, ReplaceSchema, replaceOf(by.account, peer.account, old));
  assert.equal(error.code, 'stale_epoch');
  return error.winnerConversation;
}

test('lets the first REPLACE win, and tells the second which conversation has the place', async (t) => {
  const { alice, bob, old } = await talking(t);
  const conversation = crypto.randomBytes(16);
  await replace(alice, bob, old, conversation);
  assert.ok(equalBytes(await newest(bob, alice, old), conversation));
  const third = crypto.randomBytes(16);
  await replace(bob, alice, conversation, third);
  assert.ok(equalBytes(await newest(alice, bob, old), third), 'also when that was replaced in turn');
});

test('refuses a MESSAGE into a conversation that was replaced', async (t) => {
  const { alice, bob, old } = await talking(t);
  await sendAndReceive(bob, alice, old, 'known to the server by now');
  await replace(alice, bob, old);
  assert.equal((await bob.error(Opcode.MESSAGE, MessageSchema, messageOf(old, 'late'))).code, 'stale_epoch');
});

test('refuses a REPLACE of what is no conversation, and of one of others', async (t) => {
  const { server, alice, bob, old } = await talking(t);
  const carol = await server.register('carol');
  const attempt = async (by: TestClient, peer: TestClient, replaced: Uint8Array): Promise<string> =>
    (await by.error(Opcode.REPLACE, ReplaceSchema, replaceOf(by.account, peer.account, replaced))).code;
  assert.equal(await attempt(alice, bob, crypto.randomBytes(16)), 'unknown_conversation');
  assert.equal(await attempt(carol, bob, old), 'not_member');
  assert.equal(await attempt(alice, carol, old), 'not_member');
  await sendAndReceive(alice, bob, old, 'nothing has changed');
});

test('refuses a REPLACE that another user has signed', async (t) => {
  const { server, alice, bob, old } = await talking(t);
  const carol = await server.register('carol');
  const forged = replaceOf(carol.account, bob.account, old, { from: 'alice' });
  assert.equal((await carol.error(Opcode.REPLACE, ReplaceSchema, forged)).code, 'malformed');
  assert.equal(await carol.socket.closed, 1008);
  await sendAndReceive(alice, bob, old, 'nothing has changed');
});

test('refuses a REPLACE whose statement is of another kind', async (t) => {
  const { alice, bob, old } = await talking(t);
  const body = acceptOf(alice.account, bob.account, old, { kind: ConsentKind.ACCEPT });
  const { consent, suite, epoch, members, welcome } = body;
  const replaceBody = { suite, epoch, members, welcome, ...(consent === undefined ? {} : { consent }) };
  assert.equal((await alice.error(Opcode.REPLACE, ReplaceSchema, replaceBody)).code, 'malformed');
});

test('refuses a REPLACE with another Welcome than was signed, without one, and of epoch 0', async (t) => {
  for (const change of [{ welcome: crypto.randomBytes(100) }, { welcome: new Uint8Array(0) }, { epoch: 0n }]) {
    const { alice, bob, old } = await talking(t);
    const body = { ...replaceOf(alice.account, bob.account, old), ...change };
    assert.equal((await alice.error(Opcode.REPLACE, ReplaceSchema, body)).code, 'malformed');
  }
});

test('refuses a REPLACE that brings in a third user', async (t) => {
  const { server, alice, bob, old } = await talking(t);
  const carol = await server.register('carol');
  const body = replaceOf(alice.account, bob.account, old);
  body.members.push({ $typeName: 'parley.DeviceRef', username: 'carol', deviceId: carol.account.device().deviceId });
  assert.equal((await alice.error(Opcode.REPLACE, ReplaceSchema, body)).code, 'malformed');
  await sendAndReceive(await server.logIn(alice.account), bob, old, 'nothing has changed');
});

test('caps the replacements of a pair in an hour, and says how long to wait', async (t) => {
  const { alice, bob, old } = await talking(t);
  let current = old;
  for (let i = 0; i < MAX_REPLACEMENTS_PER_HOUR; i++) {
    const next = crypto.randomBytes(16);
    await replace(i % 2 === 0 ? alice : bob, i % 2 === 0 ? bob : alice, current, next);
    current = next;
  }
  const { code, retryAfterMs } = await alice.error(Opcode.REPLACE, ReplaceSchema, replaceOf(alice.account, bob.account, current));
  assert.equal(code, 'rate_limited');
  assert.ok(retryAfterMs > 0 && retryAfterMs <= 3_600_000);
  await sendAndReceive(alice, bob, current, 'what there is goes on');
});

test('takes a REPLACE between two users of whom one has blocked the other, and goes on withholding messages', async (t) => {
  const { alice, bob, old } = await talking(t);
  await bob.ok(Opcode.SETTINGS, SettingsSchema, { change: { case: 'block', value: 'alice' } });
  const conversation = crypto.randomBytes(16);
  await replace(alice, bob, old, conversation);
  await bob.next(Opcode.REPLACE);
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'withheld'));
  await bob.ok(Opcode.SETTINGS, SettingsSchema, { change: { case: 'unblock', value: 'alice' } });
  await sendAndReceive(alice, bob, conversation, 'heard');
});

test('tells contacts of the new device list when a user recovers, and refuses what nobody could read', async (t) => {
  const { server, alice, bob, old } = await talking(t);
  await sendAndReceive(bob, alice, old, 'hi');
  const recovered = new Account('alice', { identity: alice.account.identity, version: 2n });
  const again = await server.recover(recovered);
  await alice.socket.closed;
  const { devices } = await bob.nextBody(Opcode.DEVICES, DevicesSchema);
  assert.ok(devices !== undefined && equalBytes(toBinary(SignedDeviceListSchema, devices), recovered.list));
  assert.equal((await bob.error(Opcode.MESSAGE, MessageSchema, messageOf(old, 'to nobody'))).code, 'stale_epoch');
  const conversation = crypto.randomBytes(16);
  await bob.ok(Opcode.REPLACE, ReplaceSchema, replaceOf(bob.account, recovered, old, { conversation }));
  await again.next(Opcode.REPLACE);
  await sendAndReceive(again, bob, conversation, 'here I am again');
});

test('keeps the new device list for a contact who is away', async (t) => {
  const { server, alice, bob } = await talking(t);
  await bob.leave();
  await server.recover(new Account('alice', { identity: alice.account.identity, version: 2n }));
  await (await server.logIn(bob.account)).next(Opcode.DEVICES);
});

test('tells nobody of a recovery without consent', async (t) => {
  const { server, alice, bob, old } = await talking(t);
  const carol = await server.register('carol');
  await server.recover(new Account('carol', { identity: carol.account.identity, version: 2n }));
  await sendAndReceive(alice, bob, old, 'hi');
  assert.equal(bob.waiting(Opcode.DEVICES), 0);
});

test('lets two users ask anew who have both lost their devices', async (t) => {
  const { server, alice, bob } = await talking(t);
  const [newAlice, newBob] = [alice, bob].map(
    ({ account: { username, identity } }) => new Account(username, { identity, version: 2n }),
  ) as [Account, Account];
  const aliceAgain = await server.recover(newAlice);
  const bobAgain = await server.recover(newBob);
  const id = requestId();
  await aliceAgain.ok(Opcode.RTT, RttSchema, rttOf(newAlice, 'bob', { requestId: id }));
  await bobAgain.next(Opcode.RTT);
  const conversation = crypto.randomBytes(16);
  await bobAgain.ok(Opcode.ACCEPT, AcceptSchema, acceptOf(newBob, newAlice, id, { conversation }));
  await sendAndReceive(bobAgain, aliceAgain, conversation, 'found again');
});
