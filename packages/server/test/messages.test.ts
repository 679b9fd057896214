import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { MAX_CIPHERTEXT, Opcode } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { MessageSchema, RttSchema } from '@parley/protocol/wire';
import { rttOf } from './support/account.ts';
import { messageOf, pair, sendAndReceive, TestServer, talk } from './support/server.ts';
import { Witness } from './support/witness.ts';

test('two users talk, both ways', async (t) => {
  const { alice, bob } = await pair(t);
  const conversation = await talk(alice, bob);
  await sendAndReceive(alice, bob, conversation, 'hi bob');
  await sendAndReceive(bob, alice, conversation, 'hi alice');
});

test('refuses a MESSAGE before the RTT was accepted', async (t) => {
  const { alice, bob } = await pair(t);
  const conversation = crypto.randomBytes(16);
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob'));
  const { code } = await alice.error(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'hello?'));
  assert.equal(code, 'unknown_conversation');
  assert.equal(bob.waiting(Opcode.MESSAGE), 0);
});

test('refuses a MESSAGE into a conversation of others', async (t) => {
  const { server, alice, bob } = await pair(t);
  const conversation = await talk(alice, bob);
  const mallory = await server.register('mallory');
  const { code } = await mallory.error(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'me too'));
  assert.equal(code, 'not_member');
  await sendAndReceive(alice, bob, conversation, 'hi');
  assert.equal(bob.waiting(Opcode.MESSAGE), 0);
});

test('refuses a MESSAGE of another epoch', async (t) => {
  const { alice, bob } = await pair(t);
  const conversation = await talk(alice, bob);
  for (const epoch of [0n, 2n, 1n << 62n]) {
    const { code } = await alice.error(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'old', epoch));
    assert.equal(code, 'stale_epoch');
  }
  await sendAndReceive(alice, bob, conversation, 'hi');
});

test('refuses a MESSAGE whose ciphertext is larger than that of the longest text', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const fits = { ...messageOf(conversation, ''), ciphertext: crypto.randomBytes(MAX_CIPHERTEXT) };
  await alice.ok(Opcode.MESSAGE, MessageSchema, fits);
  await bob.next(Opcode.MESSAGE);
  const large = { ...fits, ciphertext: crypto.randomBytes(MAX_CIPHERTEXT + 1) };
  assert.equal((await alice.error(Opcode.MESSAGE, MessageSchema, large)).code, 'too_large');
  assert.equal(await alice.socket.closed, 1008);
  await witness.check();
});

test('refuses a MESSAGE of the wrong form', async (t) => {
  const { server, alice, bob } = await pair(t);
  const good = messageOf(await talk(alice, bob), 'hi');
  const changes = [
    { position: 1n },
    { conversation: good.conversation.subarray(1) },
    { id: new Uint8Array(0) },
    { id: new Uint8Array(17) },
    { ciphertext: new Uint8Array(0) },
  ];
  for (const change of changes) {
    const client = await server.logIn(alice.account);
    assert.equal((await client.error(Opcode.MESSAGE, MessageSchema, { ...good, ...change })).code, 'malformed');
    await client.socket.closed;
  }
  assert.equal(bob.waiting(Opcode.MESSAGE), 0);
});

test('passes on nothing that a sender puts beside the message', async (t) => {
  const { alice, bob } = await pair(t);
  const conversation = await talk(alice, bob);
  const body = toBinary(MessageSchema, create(MessageSchema, messageOf(conversation, 'hi')));
  // A second position after the body would win at the receiver; and a field 15 that nobody knows.
  const position = Uint8Array.of(0x09, 9, 9, 9, 9, 9, 9, 9, 9);
  const unknown = Uint8Array.of(0x7a, 2, 1, 2);
  await alice.requestRaw(Opcode.MESSAGE, Buffer.concat([position, body, Uint8Array.of(0x09, 0, 0, 0, 0, 0, 0, 0, 0), unknown]));
  const { body: received } = await bob.next(Opcode.MESSAGE);
  assert.deepEqual(Buffer.from(received.subarray(9)), Buffer.from(body));
});
