import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { Connection } from '../src/transport/connection.ts';
import { ManualClock } from './support/manual-clock.ts';

/** A WebSocket whose peer reads when the test says so. */
class Peer extends EventEmitter {
  bufferedAmount = 0;
  isPaused = false;
  pongs = 0;

  pong(): void {
    this.pongs += 1;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

test('answers no ping of a peer that does not read what it is sent', () => {
  const peer = new Peer();
  const options = { lowWater: 1_000, pingBudget: () => true };
  new Connection(1, peer as unknown as WebSocket, {} as Socket, new ManualClock(), options);
  peer.emit('ping', Buffer.alloc(0));
  assert.equal(peer.pongs, 1);
  peer.bufferedAmount = 1_001;
  peer.emit('ping', Buffer.alloc(0));
  assert.equal(peer.pongs, 1);
  peer.bufferedAmount = 0;
  peer.emit('ping', Buffer.alloc(0));
  assert.equal(peer.pongs, 2);
});

/** A connection whose messages come when the test says so. */
function connect() {
  const peer = new Peer();
  const options = { lowWater: 1_000, pingBudget: () => true };
  const connection = new Connection(1, peer as unknown as WebSocket, {} as Socket, new ManualClock(), options);
  const arrive = (...bytes: number[]): void => {
    for (const byte of bytes) peer.emit('message', Buffer.of(byte), true);
  };
  return { peer, connection, arrive };
}

test('hands on each message in order, the ones that came before first', async () => {
  const { peer, connection, arrive } = connect();
  arrive(1, 2);
  const taken: number[] = [];
  const over = connection.each(([byte]) => void taken.push(byte as number));
  arrive(3);
  assert.deepEqual(taken, [1, 2, 3]);
  peer.emit('close');
  await over;
});

test('reads no more of the socket while what it handed on is busy, and goes on after it', async () => {
  const { peer, connection, arrive } = connect();
  const taken: number[] = [];
  const busy = Promise.withResolvers<void>();
  void connection.each(([byte]) => {
    taken.push(byte as number);
    return byte === 1 ? busy.promise : undefined;
  });
  arrive(1, 2);
  assert.deepEqual([taken, peer.isPaused], [[1], false]);
  arrive(3);
  assert.deepEqual([taken, peer.isPaused], [[1], true]);
  busy.resolve();
  await busy.promise;
  await Promise.resolve();
  assert.deepEqual([taken, peer.isPaused], [[1, 2, 3], false]);
});

test('takes nothing after a message that was not to be taken', async () => {
  for (const fail of [
    () => {
      throw new Error('no');
    },
    () => Promise.reject(new Error('no')),
  ]) {
    const { connection, arrive } = connect();
    const taken: number[] = [];
    const over = connection.each(([byte]) => {
      taken.push(byte as number);
      return fail();
    });
    arrive(1, 2);
    await assert.rejects(over, /no/);
    assert.deepEqual(taken, [1]);
  }
});

test('drops what waits when the connection is over, and says that it is', async () => {
  const { peer, connection, arrive } = connect();
  const busy = Promise.withResolvers<void>();
  const taken: number[] = [];
  const over = connection.each(([byte]) => {
    taken.push(byte as number);
    return busy.promise;
  });
  arrive(1, 2);
  peer.emit('close');
  busy.resolve();
  await over;
  assert.deepEqual(taken, [1]);
});
