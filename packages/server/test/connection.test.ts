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
