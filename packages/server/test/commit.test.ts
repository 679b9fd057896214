import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { AcceptSchema, CommitSchema, DeviceRefSchema, MessageSchema, RttSchema } from '@parley/protocol/wire';
import { Account, acceptOf, requestId, rttOf } from './support/account.ts';
import { messageOf, TestServer, talk } from './support/server.ts';

function commitOf(conversation: Uint8Array, epoch = 1n) {
  return { conversation, epoch, commit: crypto.randomBytes(60) };
}

test('a COMMIT ends the epoch for everybody', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const sent = commitOf(conversation);
  await alice.ok(Opcode.COMMIT, CommitSchema, sent);
  const received = await bob.nextBody(Opcode.COMMIT, CommitSchema);
  assert.deepEqual(received.commit, sent.commit);
  assert.equal((await bob.error(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'old'))).code, 'stale_epoch');
  await bob.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'new', 2n));
  await alice.next(Opcode.MESSAGE);
});

test('the first COMMIT of an epoch wins, the identical one is OK again, and the loser learns the winner', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const winner = commitOf(conversation);
  await alice.ok(Opcode.COMMIT, CommitSchema, winner);
  await alice.ok(Opcode.COMMIT, CommitSchema, winner);
  const { code, winnerSha256 } = await bob.error(Opcode.COMMIT, CommitSchema, commitOf(conversation));
  assert.equal(code, 'stale_epoch');
  assert.deepEqual(winnerSha256, crypto.sha256(winner.commit));
  await bob.next(Opcode.COMMIT);
  assert.equal(bob.waiting(Opcode.COMMIT), 0);
});

test('refuses the COMMIT of a stranger, and one to no conversation', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const mallory = await server.register('mallory');
  assert.equal((await mallory.error(Opcode.COMMIT, CommitSchema, commitOf(conversation))).code, 'not_member');
  const nowhere = commitOf(crypto.randomBytes(16));
  assert.equal((await mallory.error(Opcode.COMMIT, CommitSchema, nowhere)).code, 'unknown_conversation');
});

test('brings a device that is added its own Welcome, and the others none', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register(new Account('bob', { devices: 2 }));
  const bob2 = await server.logIn(bob.account, { device: 1 });
  const id = requestId();
  const conversation = crypto.randomBytes(16);
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  const answer = acceptOf(bob.account, alice.account, id, { conversation });
  answer.members = answer.members.filter(({ deviceId }) => !Buffer.from(deviceId).equals(bob.account.device(1).deviceId));
  await bob.ok(Opcode.ACCEPT, AcceptSchema, answer);

  const device = create(DeviceRefSchema, { username: 'bob', deviceId: bob.account.device(1).deviceId });
  const welcome = crypto.randomBytes(80);
  await bob.ok(Opcode.COMMIT, CommitSchema, { ...commitOf(conversation), added: [device], welcomes: [{ device, welcome }] });
  const forAlice = await alice.nextBody(Opcode.COMMIT, CommitSchema);
  assert.deepEqual([forAlice.added.length, forAlice.welcomes.length], [1, 0]);
  const forBob2 = await bob2.nextBody(Opcode.COMMIT, CommitSchema);
  assert.deepEqual(forBob2.welcomes[0]!.welcome, welcome);
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'hi', 2n));
  await bob2.next(Opcode.MESSAGE);
});

test('refuses a COMMIT that adds a device of a user who never agreed', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const mallory = await server.register('mallory');
  const device = create(DeviceRefSchema, { username: 'mallory', deviceId: mallory.account.device().deviceId });
  const ghost = { ...commitOf(conversation), added: [device], welcomes: [{ device, welcome: crypto.randomBytes(80) }] };
  assert.equal((await alice.error(Opcode.COMMIT, CommitSchema, ghost)).code, 'malformed');
  assert.equal(mallory.waiting(Opcode.COMMIT) + bob.waiting(Opcode.COMMIT), 0);
});

test('refuses a COMMIT of the wrong form', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const good = commitOf(await talk(alice, bob));
  const device = create(DeviceRefSchema, { username: 'bob', deviceId: crypto.randomBytes(8) });
  const changes = [
    { position: 1n },
    { conversation: new Uint8Array(15) },
    { commit: new Uint8Array(0) },
    { added: [device] },
    { welcomes: [{ device, welcome: crypto.randomBytes(9) }] },
    { added: [device], welcomes: [{ welcome: crypto.randomBytes(9) }] },
    { added: [device], welcomes: [{ device }] },
    { added: [create(DeviceRefSchema, { username: '../x', deviceId: crypto.randomBytes(8) })] },
    { removed: Array.from({ length: 33 }, () => device) },
  ];
  for (const change of changes) {
    const client = await server.logIn(alice.account);
    assert.equal((await client.error(Opcode.COMMIT, CommitSchema, { ...good, ...change })).code, 'malformed');
    await client.socket.closed;
  }
});
