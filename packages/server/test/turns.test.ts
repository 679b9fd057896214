import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Opcode, startLogin } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { ListRequestSchema } from '@parley/protocol/wire';
import { Turns } from '../src/session/turns.ts';
import { RawSocket } from './support/raw-socket.ts';
import { TestServer } from './support/server.ts';

const HANDSHAKES = 60;
const PRESENT = { isOver: false };

test('gives each turn of the event loop to one, first come first served', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const others = ['a', 'b', 'c'].map((name) => turns.next(PRESENT).then(() => order.push(name)));
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`turn ${turn}`);
  }
  await Promise.all(others);
  assert.deepEqual(order, ['a', 'turn 0', 'b', 'turn 1', 'c', 'turn 2']);
  await turns.next(PRESENT); // goes on when all had theirs
});

test('passes all by in one turn who are over when they are next', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const dead = Array.from({ length: 100 }, () => ({ isOver: false }));
  const first = turns.next(PRESENT).then(() => order.push('first'));
  const skipped = dead.map((waiter) => turns.next(waiter));
  const last = turns.next(PRESENT).then(() => order.push('last'));
  for (const waiter of dead) waiter.isOver = true;
  for (let turn = 0; turn < 2; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`turn ${turn}`);
  }
  assert.deepEqual(order, ['first', 'turn 0', 'last', 'turn 1']);
  assert.deepEqual(new Set(await Promise.all(skipped)), new Set([false]));
  await Promise.all([first, last]);
  assert.equal(await turns.next({ isOver: true }), false); // and alone
  assert.equal(await turns.next(PRESENT), true);
});

test('who is in is answered while many who came at once shake hands', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const sockets: RawSocket[] = [];
  while (sockets.length < HANDSHAKES) sockets.push(await RawSocket.open(server.port));
  let shaken = 0;
  const all = sockets.map(async (socket) => {
    assert.ok(await socket.receive());
    shaken += 1;
  });
  const { message } = startLogin(crypto, { channelKey: crypto.x25519.generate() });
  for (const socket of sockets) socket.send(message);
  let meanwhile = 0;
  while (shaken < HANDSHAKES) {
    await alice.request(Opcode.LIST, ListRequestSchema, {});
    if (shaken > 0 && shaken < HANDSHAKES) meanwhile += 1;
  }
  assert.ok(meanwhile > HANDSHAKES / 6, `${meanwhile} answers`);
  await Promise.all(all);
  for (const socket of sockets) socket.terminate();
});
