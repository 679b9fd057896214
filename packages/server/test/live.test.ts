import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ACK_WAIT_MS, Opcode } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { CommitSchema, ListRequestSchema, MessageSchema, SettingsSchema } from '@parley/protocol/wire';
import { DATABASE, openSqliteStore, type ServerConfig, type Store } from '../src/index.ts';
import type { TestClient } from './support/client.ts';
import { ManualClock } from './support/manual-clock.ts';
import { messageOf, sendAndReceive, TestServer, talk } from './support/server.ts';

/** A message is pushed to devices on line before it is written: what OK means then. */

type Writes = Record<'appendMessage' | 'keep' | 'ack', number>;

/** Alice and Bob talk, on a server whose writes are counted and whose clock stands still. */
async function talking(t: TestContext, limits: ServerConfig['limits'] = {}) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  const writes: Writes = { appendMessage: 0, keep: 0, ack: 0 };
  const written: unknown[] = [];
  const sqlite = await openSqliteStore(join(dataFolder, DATABASE));
  const store = new Proxy<Store>(sqlite, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const answer: unknown = method.apply(target, args);
        if (Object.hasOwn(writes, name)) {
          writes[name as keyof Writes] += 1;
          written.push(answer);
        }
        return answer;
      };
    },
  });
  const clock = new ManualClock();
  const server = await TestServer.start(t, { dataFolder, store, clock, limits });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  // Bob ACKs his request, which is on disk, with the first message.
  await sendAndReceive(alice, bob, conversation, 'first');
  await takenUp(bob);
  // While that ACK is being written the next ones wait for it, and no timer runs yet.
  const allWritten = () => Promise.all(written);
  await allWritten();
  return { server, clock, writes, allWritten, alice, bob, conversation };
}

/** Sends without waiting for OK. */
function send(
  from: TestClient,
  conversation: Uint8Array,
  text: string,
  epoch = 1n,
): { isAnswered: boolean; ok: Promise<unknown> } {
  const sending = { isAnswered: false, ok: from.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, text, epoch)) };
  const done = () => {
    sending.isAnswered = true;
  };
  sending.ok.then(done, done);
  return sending;
}

/** Whatever the server was sent before, it has taken up. */
async function takenUp(client: TestClient): Promise<void> {
  const frame = await client.request(Opcode.LIST, ListRequestSchema, {});
  assert.equal(frame.opcode, Opcode.LIST);
}

async function receive(client: TestClient): Promise<{ text: string; position: bigint }> {
  const { ciphertext, position } = await client.nextBody(Opcode.MESSAGE, MessageSchema);
  return { text: new TextDecoder().decode(ciphertext), position };
}

test('writes nothing for messages whose device ACKs at once', async (t) => {
  const { writes, alice, bob, conversation } = await talking(t);
  const before = { ...writes };
  for (let i = 0; i < 50; i++) {
    const { ok } = send(alice, conversation, `${i}`);
    const { text, position } = await receive(bob);
    assert.equal(text, `${i}`);
    bob.ack(position);
    await ok;
  }
  assert.deepEqual(writes, before);
});

test('answers OK after the ACK and not before', async (t) => {
  const { alice, bob, conversation } = await talking(t);
  const sending = send(alice, conversation, 'hi');
  const { position } = await receive(bob);
  await takenUp(alice);
  assert.equal(sending.isAnswered, false);
  bob.ack(position);
  await sending.ok;
});

test('writes a message that is not ACKed in time, then answers OK, and brings it again', async (t) => {
  const { server, clock, writes, alice, bob, conversation } = await talking(t);
  const sending = send(alice, conversation, 'hi');
  await receive(bob);
  clock.advance(2 * ACK_WAIT_MS);
  await sending.ok;
  assert.equal(writes.keep, 1);
  await bob.leave();
  const again = await server.logIn(bob.account);
  assert.equal((await receive(again)).text, 'hi');
});

test('writes a message whose device goes away before its ACK, and brings it again', async (t) => {
  const { server, alice, bob, conversation } = await talking(t);
  const sending = send(alice, conversation, 'hi');
  await receive(bob);
  bob.socket.terminate();
  await sending.ok;
  const again = await server.logIn(bob.account);
  assert.equal((await receive(again)).text, 'hi');
});

test('writes a message whose device logs in anew before its ACK, and brings it to the newer session', async (t) => {
  const { server, alice, bob, conversation } = await talking(t);
  const sending = send(alice, conversation, 'hi');
  await receive(bob);
  const newer = await server.logIn(bob.account);
  assert.equal((await receive(newer)).text, 'hi');
  await sending.ok;
});

test('writes what has no ACK when the server stops', async (t) => {
  const { server, alice, bob, conversation } = await talking(t);
  const sending = send(alice, conversation, 'hi');
  await receive(bob);
  await server.server.close();
  await sending.ok;
  const next = await TestServer.start(t, { dataFolder: server.dataFolder });
  assert.equal((await receive(await next.logIn(bob.account))).text, 'hi');
});

test('keeps the order of what is pushed first and what is written first', async (t) => {
  const { server, alice, bob, conversation } = await talking(t, { maxLiveBytesPerDevice: 300 });
  const texts = Array.from({ length: 60 }, (_, i) => `message ${i}`);
  const sent = Promise.all(texts.map((text) => send(alice, conversation, text).ok));
  const received: string[] = [];
  let last = 0n;
  for (const _ of texts) {
    const { text, position } = await receive(bob);
    assert.ok(position > last);
    last = position;
    received.push(text);
    if (received.length % 7 === 0) bob.ack(position);
  }
  bob.ack(last);
  await sent;
  assert.deepEqual(received, texts);
  await bob.leave();
  const again = await server.logIn(bob.account, { position: last });
  await takenUp(again);
  assert.equal(again.waiting(Opcode.MESSAGE), 0);
});

test('writes first what is beyond the bytes that one device may have in memory', async (t) => {
  const { writes, alice, bob, conversation } = await talking(t, { maxLiveBytesPerDevice: 300 });
  const first = send(alice, conversation, 'x'.repeat(200));
  await send(alice, conversation, 'y'.repeat(200)).ok;
  assert.equal(writes.appendMessage, 1);
  await receive(bob);
  bob.ack((await receive(bob)).position);
  await first.ok;
});

test('writes first what is beyond the bytes that all may have in memory', async (t) => {
  const { writes, alice, bob, conversation } = await talking(t, { maxLiveBytes: 300 });
  const first = send(alice, conversation, 'x'.repeat(200));
  await send(alice, conversation, 'y'.repeat(200)).ok;
  assert.equal(writes.appendMessage, 1);
  await receive(bob);
  bob.ack((await receive(bob)).position);
  await first.ok;
});

test('writes first for a device that is off line', async (t) => {
  const { server, writes, alice, bob, conversation } = await talking(t);
  await bob.leave();
  await send(alice, conversation, 'hi').ok;
  assert.deepEqual([writes.appendMessage, writes.keep], [1, 0]);
  assert.equal((await receive(await server.logIn(bob.account))).text, 'hi');
});

test('asks the store about every message where one of the two has blocked the other', async (t) => {
  const { writes, alice, bob, conversation } = await talking(t);
  await bob.ok(Opcode.SETTINGS, SettingsSchema, { change: { case: 'block', value: 'alice' } });
  await send(alice, conversation, 'withheld').ok;
  assert.equal(writes.appendMessage, 1);
  await bob.ok(Opcode.SETTINGS, SettingsSchema, { change: { case: 'unblock', value: 'alice' } });
  const { ok } = send(alice, conversation, 'hi');
  const { text, position } = await receive(bob);
  assert.equal(text, 'hi');
  bob.ack(position);
  await ok;
});

test('refuses a message of the old epoch that comes right behind a COMMIT', async (t) => {
  const { alice, bob, conversation } = await talking(t);
  const first = send(alice, conversation, 'known to the cache');
  bob.ack((await receive(bob)).position);
  await first.ok;
  const commit = bob.ok(Opcode.COMMIT, CommitSchema, { conversation, epoch: 1n, commit: crypto.randomBytes(64) });
  const late = send(bob, conversation, 'of the old epoch');
  await commit;
  await assert.rejects(late.ok, /stale_epoch/);
});

test('writes the last ACK of a session when it is over, and while it lasts not more often than once a minute', async (t) => {
  const { server, clock, writes, allWritten, alice, bob, conversation } = await talking(t);
  const before = writes.ack;
  let last = 0n;
  for (let i = 0; i < 20; i++) {
    const { ok } = send(alice, conversation, `${i}`);
    last = (await receive(bob)).position;
    bob.ack(last);
    await ok;
  }
  assert.equal(writes.ack, before);
  clock.advance(59_000);
  assert.equal(writes.ack, before);
  clock.advance(1_000);
  assert.equal(writes.ack, before + 1);
  await allWritten();
  const { ok } = send(alice, conversation, 'one more');
  last = (await receive(bob)).position;
  bob.ack(last);
  await ok;
  await bob.leave();
  const again = await server.logIn(bob.account, { position: last - 1n });
  assert.equal((await again.nextError()).code, 'state_mismatch', 'the last ACK is on disk');
});
