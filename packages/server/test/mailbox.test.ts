import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAILBOX_LIFETIME_MS, MAILBOX_PAGE, MAX_FRAME, Opcode } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { CommitSchema, ListRequestSchema, MessageSchema, RejoinSchema } from '@parley/protocol/wire';
import { DATABASE, openSqliteStore } from '../src/index.ts';
import type { TestClient } from './support/client.ts';
import { ManualClock } from './support/manual-clock.ts';
import { messageOf, sendAndReceive, TestServer, talk } from './support/server.ts';
import { Witness } from './support/witness.ts';

/** The next messages; `acks`: with an ACK of each. */
async function texts(client: TestClient, count: number, { acks } = { acks: false }): Promise<{ texts: string[]; last: bigint }> {
  const received: string[] = [];
  let last = 0n;
  for (let i = 0; i < count; i++) {
    const { ciphertext, position } = await client.nextBody(Opcode.MESSAGE, MessageSchema);
    assert.ok(position > last, 'positions rise');
    last = position;
    received.push(new TextDecoder().decode(ciphertext));
    if (acks) client.ack(position);
  }
  return { texts: received, last };
}

test('keeps what came while a device was off line, and brings it in order', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  await bob.leave();
  const sent = Array.from({ length: MAILBOX_PAGE * 2 + 7 }, (_, i) => `message ${i}`);
  await Promise.all(sent.map((text) => alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, text))));
  const again = await server.logIn(bob.account);
  assert.deepEqual((await texts(again, sent.length)).texts, sent);
});

test('brings again what was not ACKed, and nothing that was', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  for (const text of ['one', 'two', 'three']) await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, text));
  const { position } = await bob.nextBody(Opcode.MESSAGE, MessageSchema);
  bob.ack(position);
  await bob.leave();
  const again = await server.logIn(bob.account, { position });
  assert.deepEqual((await texts(again, 2)).texts, ['two', 'three']);
});

test('takes the position of the login for an ACK', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'one'));
  const { position } = await bob.nextBody(Opcode.MESSAGE, MessageSchema);
  await bob.leave();
  const again = await server.logIn(bob.account, { position });
  await sendAndReceive(alice, again, conversation, 'two');
  await again.leave();
  // Below what was ACKed durably: this device has lost something.
  const restored = await server.logIn(bob.account, { position: position - 1n });
  assert.equal((await restored.nextError()).code, 'state_mismatch');
  await restored.next(Opcode.REJOIN);
});

test('refuses an ACK of what was never brought, and goes on', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  bob.ack(1n << 60n);
  assert.equal((await bob.nextError()).code, 'state_mismatch');
  await sendAndReceive(alice, bob, conversation, 'hi');
});

test('gives no position twice, even after it was started again', async (t) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  const first = await TestServer.start(t, { dataFolder });
  const alice = await first.register('alice');
  const bob = await first.register('bob');
  const conversation = await talk(alice, bob);
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'before'));
  const { position: before } = await bob.nextBody(Opcode.MESSAGE, MessageSchema);
  await first.server.close();

  const second = await TestServer.start(t, { dataFolder });
  const bobAgain = await second.logIn(bob.account, { position: before });
  const aliceAgain = await second.logIn(alice.account);
  await aliceAgain.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'after'));
  const { position: after } = await bobAgain.nextBody(Opcode.MESSAGE, MessageSchema);
  assert.equal(after >> 32n, (before >> 32n) + 1n);
});

test('a message to many that come and go reaches each exactly once', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  let bob: TestClient = await server.register('bob');
  const conversation = await talk(alice, bob);
  const sent = Array.from({ length: 200 }, (_, i) => `message ${i}`);
  const sending = Promise.all(sent.map((text) => alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, text))));
  const received: string[] = [];
  let position = 0n;
  while (received.length < sent.length) {
    for (let i = 0; i < 40 && received.length < sent.length; i++) {
      const message = await bob.nextBody(Opcode.MESSAGE, MessageSchema);
      assert.ok(message.position > position);
      position = message.position;
      received.push(new TextDecoder().decode(message.ciphertext));
    }
    bob.ack(position);
    bob = await server.logIn(bob.account, { position });
  }
  await sending;
  assert.deepEqual(received, sent);
});

test('a device that does not read fills a bounded buffer, then its mailbox, and gets all of it in the end', async (t) => {
  const server = await TestServer.start(t, { limits: { maxSocketBuffer: 64 * 1_024 } });
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  bob.socket.pause();
  const text = 'x'.repeat(60_000);
  for (let i = 0; i < 200; i++) await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, `${i} ${text}`));
  await witness.check();
  bob.socket.resume();
  const received = (await texts(bob, 200, { acks: true })).texts.map((message) => message.split(' ')[0]);
  assert.deepEqual(
    received,
    Array.from({ length: 200 }, (_, i) => `${i}`),
  );
});

test('brings a device no more than it may have without an ACK, live or from the mailbox, and goes on with the ACK', async (t) => {
  const server = await TestServer.start(t, { limits: { maxUnackedBytes: 40_000 } });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const text = 'x'.repeat(10_000);
  const say = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, `${i} ${text}`));
  };
  const isBrought = async (client: TestClient, from: number, to: number): Promise<bigint> => {
    const brought = await texts(client, to - from);
    const expected = Array.from({ length: to - from }, (_, i) => `${from + i}`);
    assert.deepEqual(
      brought.texts.map((message) => message.split(' ')[0]),
      expected,
    );
    for (let i = 0; i < 5; i++) await client.request(Opcode.LIST, ListRequestSchema, {});
    assert.equal(client.waiting(Opcode.MESSAGE), 0, 'and no more');
    return brought.last;
  };
  await say(0, 10);
  bob.ack(await isBrought(bob, 0, 4));
  await isBrought(bob, 4, 8);
  await bob.leave();
  await say(10, 12);
  const again = await server.logIn(bob.account);
  again.ack(await isBrought(again, 4, 8));
  again.ack(await isBrought(again, 8, 12));
  await sendAndReceive(alice, again, conversation, 'live again');
});

test('drops a mailbox that would hold too much: its device gets a REJOIN and what came after, and the sender OK', async (t) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  const store = await openSqliteStore(join(dataFolder, DATABASE), { mailboxes: { maxBytes: 10_000 } });
  const server = await TestServer.start(t, { dataFolder, store });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  await bob.leave();
  const text = 'x'.repeat(3_000);
  for (let i = 0; i < 8; i++) await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, `${i} ${text}`));
  const again = await server.logIn(bob.account);
  const rejoin = await again.nextBody(Opcode.REJOIN, RejoinSchema);
  const kept = await texts(again, 2);
  assert.deepEqual(
    kept.texts.map((message) => message.split(' ')[0]),
    ['6', '7'],
  );
  assert.ok(rejoin.position < kept.last);
  assert.equal(again.waiting(Opcode.RTT), 0, 'what was before is gone');
  again.ack(kept.last);
  await sendAndReceive(alice, again, conversation, 'goes on');
});

test('drops a mailbox nobody has fetched for 60 days, within an hour', async (t) => {
  const clock = new ManualClock();
  const server = await TestServer.start(t, { clock });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  await bob.leave();
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'old'));
  clock.advance(MAILBOX_LIFETIME_MS);
  const again = await server.logIn(bob.account);
  await again.next(Opcode.REJOIN);
  assert.equal(again.waiting(Opcode.MESSAGE), 0);
});

test('drops no mailbox because somebody sets the clock', async (t) => {
  const clock = new ManualClock();
  const server = await TestServer.start(t, { clock });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  await bob.leave();
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'one'));
  clock.set(2 * MAILBOX_LIFETIME_MS);
  clock.advance(2 * 3_600_000);
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'two'));
  assert.deepEqual((await texts(await server.logIn(bob.account), 2)).texts, ['one', 'two']);
});

test('refuses a COMMIT that would not fit a frame with its position', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const outer = 33; // what COMMIT and its position put around a commit of this size
  const fits = { conversation, epoch: 1n, commit: crypto.randomBytes(MAX_FRAME - outer) };
  await alice.ok(Opcode.COMMIT, CommitSchema, fits);
  await bob.next(Opcode.COMMIT);
  const large = { conversation, epoch: 2n, commit: crypto.randomBytes(MAX_FRAME - outer + 1) };
  assert.equal((await alice.error(Opcode.COMMIT, CommitSchema, large)).code, 'too_large');
  assert.equal(await alice.socket.closed, 1008);
  await witness.check();
});
