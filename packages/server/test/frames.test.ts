import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { concat, Opcode } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { ErrorSchema, ListRequestSchema, MessageSchema, UserQuerySchema } from '@parley/protocol/wire';
import { Account } from './support/account.ts';
import type { TestClient } from './support/client.ts';
import { frame, RawChannel } from './support/raw-channel.ts';
import { messageOf, TestServer, talk } from './support/server.ts';
import { Witness } from './support/witness.ts';

const LIST = toBinary(ListRequestSchema, create(ListRequestSchema, {}));

/** One frame sealed into a record, as it would be sent. */
function sealed(client: TestClient, opcode: number, sequence: number, body: Uint8Array): Uint8Array {
  client.channel.queue(opcode, sequence, body);
  const [record] = client.channel.flush();
  return record!;
}

async function closesWith(client: TestClient, code: string): Promise<void> {
  assert.equal((await client.nextError()).code, code);
  assert.equal(await client.socket.closed, 1008);
}

/** What only the server sends. */
const SERVER_ONLY: ReadonlySet<number> = new Set([Opcode.OK, Opcode.ERROR, Opcode.PRESENCE, Opcode.DEVICES, Opcode.REJOIN]);

test('answers an unknown opcode and goes on', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  for (const opcode of [7, 8, 12, 13, 14, 18, 21, 255]) {
    const reply = await alice.requestRaw(opcode, crypto.randomBytes(10));
    assert.equal(reply.opcode, Opcode.ERROR);
    assert.equal(fromBinary(ErrorSchema, reply.body).code, 'unknown_opcode');
  }
  assert.equal((await alice.requestRaw(Opcode.LIST, LIST)).opcode, Opcode.LIST);
});

test('answers a malformed body of any opcode, and closes', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  await alice.leave();
  for (const opcode of Object.values(Opcode)) {
    if (SERVER_ONLY.has(opcode)) continue;
    const client = await server.logIn(alice.account);
    client.sendFrame(opcode, 1, Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1)); // field 1 of 4 GiB
    await client.socket.closed;
    assert.equal((await client.nextError()).code, 'malformed', `opcode ${opcode}`);
  }
  await witness.check();
});

test('refuses sequence numbers that do not rise from 1', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  await alice.leave();
  for (const sequences of [[0], [1, 1], [5, 4]]) {
    const client = await server.logIn(alice.account);
    for (const sequence of sequences) client.sendFrame(Opcode.LIST, sequence, LIST);
    await client.socket.closed;
    const frames = [];
    while (client.waiting(Opcode.ERROR) > 0) frames.push(await client.nextError());
    assert.deepEqual(
      frames.map(({ code }) => code),
      ['malformed'],
      `sequences ${sequences}`,
    );
  }
});

test('replies carry the sequence number of the request', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  alice.sendFrame(Opcode.LIST, 7, LIST);
  alice.sendFrame(Opcode.LIST, 0xffff_ffff, LIST);
  assert.equal((await alice.next(Opcode.LIST)).sequence, 7);
  assert.equal((await alice.next(Opcode.LIST)).sequence, 0xffff_ffff);
});

test('closes a record with a flipped bit, and uses nothing of it', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const body = toBinary(MessageSchema, create(MessageSchema, messageOf(conversation, 'forged')));
  const record = sealed(alice, Opcode.MESSAGE, 100, body);
  record[20]! ^= 1;
  alice.socket.send(record);
  await closesWith(alice, 'bad_record');
  await witness.check();
  assert.equal(bob.waiting(Opcode.MESSAGE), 0);
});

test('closes a record that was replayed', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  const record = sealed(alice, Opcode.LIST, 1, LIST);
  alice.socket.send(record);
  alice.socket.send(record);
  await closesWith(alice, 'bad_record');
  await witness.check();
});

test('closes when a record was dropped or two were swapped', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  sealed(alice, Opcode.LIST, 1, LIST);
  alice.socket.send(sealed(alice, Opcode.LIST, 2, LIST));
  await closesWith(alice, 'bad_record');
});

test('closes a record of its own that comes back', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const raw = await RawChannel.logIn(server.port, alice.account);
  raw.socket.send(raw.firstRecord);
  assert.equal(await raw.socket.closed, 1008);
});

test('closes a record whose padding is not zero', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const raw = await RawChannel.logIn(server.port, alice.account);
  const plaintext = new Uint8Array(256);
  plaintext[255] = 1;
  raw.sendPlaintext(plaintext);
  assert.equal(await raw.socket.closed, 1008);
});

test('closes a message that is no record', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  for (const length of [0, 1, 16, 272, 65_535]) {
    const client = await server.register(`user${length}`);
    client.socket.send(crypto.randomBytes(length));
    await closesWith(client, 'bad_record');
  }
  await witness.check();
});

test('closes a frame above 1 MiB as soon as its header says so', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  const raw = await RawChannel.logIn(server.port, alice.account);
  raw.sendStream(Uint8Array.of(Opcode.MESSAGE, 0x10, 0x00, 0x01, 0, 0, 0, 1));
  assert.equal(await raw.socket.closed, 1008);
  await witness.check();
});

test('understands frames however their stream is cut', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const raw = await RawChannel.logIn(server.port, alice.account);
  const stream = concat(...[1, 2, 3].map((sequence) => frame(Opcode.LIST, sequence, LIST)), frame(Opcode.QUIT, 0, LIST));
  for (const byte of stream) raw.sendStream(Uint8Array.of(byte));
  assert.equal(await raw.socket.closed, 1000); // QUIT was read, so all before it were
});

test('caps the memory of half-sent frames over all connections', async (t) => {
  const server = await TestServer.start(t, { limits: { maxPartialFramesBytes: 100_000 } });
  const witness = await Witness.start(server);
  const half = concat(Uint8Array.of(Opcode.MESSAGE, 0x0f, 0, 0, 0, 0, 0, 1), new Uint8Array(45_000));
  const alice = await RawChannel.logIn(server.port, (await server.register('alice')).account);
  const bob = await RawChannel.logIn(server.port, (await server.register('bob')).account);
  const carl = await RawChannel.logIn(server.port, (await server.register('carl')).account);
  alice.sendStream(half);
  bob.sendStream(half);
  carl.sendStream(half);
  const first = await Promise.race([alice, bob, carl].map(async (raw) => [raw, await raw.socket.closed] as const));
  assert.equal(first[1], 1008);
  // The other two have room, and what the closed one held is free again.
  const dora = await server.register('dora');
  assert.equal((await dora.requestRaw(Opcode.LIST, LIST)).opcode, Opcode.LIST);
  await witness.check();
});

test('takes a thousand requests at once and answers each in order', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const texts = Array.from({ length: 1_000 }, (_, i) => `message ${i}`);
  await Promise.all(texts.map((text) => alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, text))));
  let last = 0n;
  for (const text of texts) {
    const { ciphertext, position } = await bob.nextBody(Opcode.MESSAGE, MessageSchema);
    assert.equal(new TextDecoder().decode(ciphertext), text);
    assert.ok(position > last);
    last = position;
  }
});

test('slows a client down that sends too fast, and refuses nothing', async (t) => {
  const server = await TestServer.start(t, { limits: { framesPerSecond: 500, framesBurst: 10 } });
  const alice = await server.register('alice');
  const replies = await Promise.all(Array.from({ length: 100 }, () => alice.requestRaw(Opcode.LIST, LIST)));
  assert.ok(replies.every(({ opcode }) => opcode === Opcode.LIST));
});

test('waits with the next request while too many are under way', async (t) => {
  const server = await TestServer.start(t, { limits: { maxRequestsInFlight: 2 } });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const sending = Array.from({ length: 50 }, (_, i) => alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, `${i}`)));
  await Promise.all(sending);
});

test('a client that does not read its replies stops being read, and others do not notice', async (t) => {
  const server = await TestServer.start(t, { limits: { maxSocketBuffer: 64 * 1_024, framesBurst: 10_000 } });
  const witness = await Witness.start(server);
  const alice = await server.register(new Account('alice', { devices: 9 })); // large answers: 12 MB in all
  alice.socket.pause();
  const user = toBinary(UserQuerySchema, create(UserQuerySchema, { username: 'alice' }));
  const replies = Promise.all(Array.from({ length: 5_000 }, () => alice.requestRaw(Opcode.USER, user)));
  for (let i = 0; i < 20; i++) await witness.check();
  alice.socket.resume();
  assert.ok((await replies).every(({ opcode }) => opcode === Opcode.OK));
});
