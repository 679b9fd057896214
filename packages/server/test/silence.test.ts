import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { Opcode, PING_AFTER_MS, SILENCE_MS } from '@parley/protocol';
import { ListRequestSchema, MessageSchema, PresenceSchema, UserListSchema } from '@parley/protocol/wire';
import { WebSocket, WebSocketServer } from 'ws';
import { Connection } from '../src/transport/connection.ts';
import { Heartbeat } from '../src/transport/heartbeat.ts';
import type { TestClient } from './support/client.ts';
import { ManualClock } from './support/manual-clock.ts';
import { messageOf, TestServer, talk } from './support/server.ts';

// Whoever vanishes on the way says nothing, and TCP does not tell for a long time.

/** How often a server listens, and when it has given up at the latest. */
const BEAT_MS = (SILENCE_MS - PING_AFTER_MS) / 2;
const LATEST_MS = SILENCE_MS + BEAT_MS;

async function listed(by: TestClient): Promise<string[]> {
  return fromBinary(UserListSchema, (await by.request(Opcode.LIST, ListRequestSchema, {})).body).online;
}

async function talking(t: TestContext) {
  const clock = new ManualClock();
  const server = await TestServer.start(t, { clock });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  return { clock, server, alice, bob, conversation: await talk(alice, bob) };
}

/** So much time goes by, beat by beat; Alice says something after each. */
async function passWith(alice: TestClient, clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += BEAT_MS) {
    clock.advance(BEAT_MS);
    await listed(alice);
  }
}

test('whoever answers no ping is off line after a while, and contacts are told', async (t) => {
  const { clock, alice, bob } = await talking(t);
  await alice.next(Opcode.PRESENCE);
  bob.socket.pause();
  await passWith(alice, clock, LATEST_MS);
  const { username, online } = await alice.nextBody(Opcode.PRESENCE, PresenceSchema);
  assert.deepEqual([username, online], ['bob', false]);
  assert.deepEqual(await listed(alice), ['alice']);
});

test('a message to whoever has vanished is answered, and kept for the next login', async (t) => {
  const { clock, server, alice, bob, conversation } = await talking(t);
  bob.socket.pause();
  const sent = alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'are you there?'));
  await listed(alice);
  await passWith(alice, clock, LATEST_MS);
  await sent;
  const again = await server.logIn(bob.account);
  const { ciphertext } = await again.nextBody(Opcode.MESSAGE, MessageSchema);
  assert.equal(new TextDecoder().decode(ciphertext), 'are you there?');
});

test('whoever says nothing but answers pings stays on line', async (t) => {
  const { clock, alice, bob } = await talking(t);
  for (let round = 0; round < 3; round++) {
    const pinged = new Promise<void>((resolve) => bob.socket.onPing(resolve));
    await passWith(alice, clock, PING_AFTER_MS);
    await pinged;
    await listed(alice); // the answer to the ping was on its way before this
  }
  assert.deepEqual(await listed(alice), ['alice', 'bob']);
});

test('nobody is taken for gone who was not asked, also after a server stood still', () => {
  const clock = new ManualClock();
  const heartbeat = new Heartbeat(clock, { pingAfterMs: PING_AFTER_MS, silenceMs: SILENCE_MS });
  const happened: string[] = [];
  heartbeat.add({ heardMs: 0, ping: () => happened.push('ping'), terminate: () => happened.push('terminate') });
  clock.advance(24 * 3_600_000);
  assert.deepEqual(happened, ['ping']);
  clock.advance(BEAT_MS);
  assert.deepEqual(happened, ['ping', 'terminate']);
});

test('whoever is not read for a while is heard by taking what it is sent', async (t) => {
  const clock = new ManualClock();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
  await once(server, 'listening');
  const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    peer.terminate();
    server.close();
  });
  const [webSocket, request] = (await once(server, 'connection')) as [WebSocket, { socket: Socket }];
  const connection = new Connection(1, webSocket, request.socket, clock, { lowWater: 0, pingBudget: () => true });
  const sendAndWait = async (): Promise<void> => {
    connection.send(new Uint8Array(10));
    await once(peer, 'message');
    await connection.drained();
  };

  clock.advance(1_000);
  await sendAndWait();
  assert.equal(connection.heardMs, 0, 'what is sent to a peer that is read says nothing of it');
  while (!webSocket.isPaused) {
    peer.send(new Uint8Array(10));
    await new Promise((resolve) => setImmediate(resolve));
  }
  clock.advance(1_000);
  await sendAndWait();
  assert.equal(connection.heardMs, 2_000);
});
