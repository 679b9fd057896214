import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_LOGIN_MESSAGES, MAX_TRANSPORT_MESSAGE } from '@parley/protocol';
import { BinarySocket } from '../src/connection/socket.ts';
import type { WebSocketLike } from '../src/environment.ts';

/** A WebSocket whose server is the test. */
class FakeSocket implements WebSocketLike {
  binaryType = '';
  readonly bufferedAmount = 0;
  isClosed = false;
  #onMessage: (event: { readonly data: unknown }) => void = () => {};

  send(): void {}

  close(): void {
    this.isClosed = true;
  }

  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void {
    if (type === 'message') this.#onMessage = listener;
  }

  say(data: unknown): void {
    this.#onMessage({ data });
  }
}

function open(): { raw: FakeSocket; socket: BinarySocket } {
  const raw = new FakeSocket();
  const { socket } = BinarySocket.open({ openSocket: () => raw }, { host: 'localhost', port: 1, tls: false });
  return { raw, socket };
}

test('closes where a server says more than a login can have to read', () => {
  const { raw } = open();
  for (let count = 0; count < MAX_LOGIN_MESSAGES; count += 1) raw.say(new ArrayBuffer(1));
  assert.equal(raw.isClosed, false);
  raw.say(new ArrayBuffer(1));
  assert.equal(raw.isClosed, true);
});

test('closes at a message that is too long', () => {
  const { raw } = open();
  raw.say(new ArrayBuffer(MAX_TRANSPORT_MESSAGE));
  assert.equal(raw.isClosed, false);
  raw.say(new ArrayBuffer(MAX_TRANSPORT_MESSAGE + 1));
  assert.equal(raw.isClosed, true);
});

test('closes at a text message', () => {
  const { raw } = open();
  raw.say('hello');
  assert.equal(raw.isClosed, true);
});
