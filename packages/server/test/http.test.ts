import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { MAX_HTTP_ANSWERS, MAX_HTTP_HEADER_BYTES, MAX_HTTP_HEADERS, MAX_HTTP_REQUESTS } from '@parley/protocol';
import { RawSocket } from './support/raw-socket.ts';
import { TestServer } from './support/server.ts';
import { closed, openTcp, readToEnd, upgradeRequest } from './support/tcp.ts';
import { Witness } from './support/witness.ts';

test('answers plain HTTP beside WebSocket, and says no more than it must', async (t) => {
  const server = await TestServer.start(t);
  const url = `http://127.0.0.1:${server.port}`;
  const statuses = { '/': 200, '/healthz': 200, '/readyz': 200, '/parley': 426, '/../etc/passwd': 404, '/x?y': 404 };
  for (const [path, status] of Object.entries(statuses)) {
    const response = await fetch(url + path);
    assert.equal(response.status, status, path);
    assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    await response.text();
  }
  const page = await fetch(url, { method: 'HEAD' });
  assert.equal(page.status, 200);
  const post = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) });
  assert.equal(post.status, 405);
  await post.text();
});

test('closes a request with more than 64 headers', async (t) => {
  const server = await TestServer.start(t);
  const [first = '', ...rest] = upgradeRequest().split('\r\n');
  const own = rest.length - 2; // the empty line is two of them
  const withMore = async (headers: number): Promise<Socket> => {
    const socket = await openTcp(server.port);
    socket.write([first, ...Array.from({ length: headers }, (_, i) => `X-${i}: 1`), ...rest].join('\r\n'));
    return socket;
  };
  const [answer] = await once(await withMore(MAX_HTTP_HEADERS - own), 'data');
  assert.match(String(answer), /^HTTP\/1.1 101/);
  await closed(await withMore(MAX_HTTP_HEADERS - own + 1));
});

test('answers 1,000 requests on one socket, and refuses the next', async (t) => {
  const server = await TestServer.start(t);
  const socket = await openTcp(server.port);
  const ask = async (): Promise<string> => {
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    return String((await once(socket, 'data'))[0]);
  };
  for (let i = 0; i < MAX_HTTP_REQUESTS; i++) assert.match(await ask(), /^HTTP\/1.1 200 /);
  assert.match(await ask(), /^HTTP\/1.1 503 /);
  socket.destroy();
});

test('answers 8 requests that come at once, and ends a connection that does not wait for more than that', async (t) => {
  const server = await TestServer.start(t);
  const request = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const patient = await openTcp(server.port);
  patient.write(request.repeat(MAX_HTTP_ANSWERS));
  let answers = '';
  while (answers.split(' 200 ').length - 1 < MAX_HTTP_ANSWERS) answers += String((await once(patient, 'data'))[0]);
  patient.destroy();
  const hasty = await openTcp(server.port);
  hasty.write(request.repeat(MAX_HTTP_ANSWERS + 1));
  await closed(hasty);
});

test('writes where it listens while it does', async (t) => {
  const server = await TestServer.start(t, { names: ['localhost', 'parley.example'] });
  const file = JSON.parse(await readFile(`${server.dataFolder}/server.json`, 'utf8'));
  assert.deepEqual(file, {
    pid: process.pid,
    host: '127.0.0.1',
    port: server.port,
    names: ['localhost', 'parley.example'],
    tls: false,
  });
  await server.server.close();
  await assert.rejects(readFile(`${server.dataFolder}/server.json`), { code: 'ENOENT' });
});

test('upgrades at /parley with the subprotocol parley.1', async (t) => {
  const server = await TestServer.start(t);
  const socket = await RawSocket.open(server.port, { protocols: ['chat', 'parley.1'] });
  assert.equal(socket.protocol, 'parley.1');
  socket.terminate();
});

test('refuses an upgrade elsewhere', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  await assert.rejects(RawSocket.open(server.port, { path: '/' }), /HTTP 404/);
  await assert.rejects(RawSocket.open(server.port, { path: '/parley/x' }), /HTTP 404/);
  await witness.check();
});

test('refuses an upgrade without the subprotocol', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  await assert.rejects(RawSocket.open(server.port, { protocols: ['parley.2'] }), /HTTP 400/);
  await assert.rejects(RawSocket.open(server.port, { protocols: [] }), /HTTP 400/);
  await witness.check();
});

test('closes a text frame', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const socket = await RawSocket.open(server.port);
  socket.send('hello');
  assert.equal(await socket.closed, 1003);
  await witness.check();
});

test('closes a message over 65,535 bytes', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const socket = await RawSocket.open(server.port);
  socket.send(new Uint8Array(65_536));
  assert.equal(await socket.closed, 1009);
  await witness.check();
});

test('closes a message in too many fragments', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const socket = await openTcp(server.port);
  socket.write(upgradeRequest());
  // Client frames with a mask of zeros: the first of a binary message, then continuations of a byte each.
  const first = Buffer.from([0x02, 0x81, 0, 0, 0, 0, 7]);
  const more = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 7]);
  socket.write(Buffer.concat([first, ...Array<Buffer>(200).fill(more)]));
  await readToEnd(socket);
  await witness.check();
});

test('closes a message that comes in too many pieces', async (t) => {
  const server = await TestServer.start(t);
  const socket = await openTcp(server.port);
  socket.setNoDelay(true);
  socket.write(upgradeRequest());
  await once(socket, 'data');
  const over = closed(socket);
  let isOver = false;
  over.then(() => {
    isOver = true;
  });
  // One binary message of 60,000 bytes: FIN and opcode 2, masked, with a length of 16 bits.
  socket.write(Uint8Array.of(0x82, 0xfe, 60_000 >> 8, 60_000 & 0xff, 0, 0, 0, 0));
  let pieces = 0;
  for (; !isOver && pieces < 60_000; pieces += 1) {
    socket.write(Uint8Array.of(0));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(pieces < 60_000, 'before it was whole');
  await over;
});

test('closes what is neither HTTP nor WebSocket', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  for (const garbage of [
    '\x16\x03\x01\x02\x00\x01',
    'HELO alice\r\n\r\n',
    `GET / HTTP/1.1\r\nX: ${'y'.repeat(MAX_HTTP_HEADER_BYTES)}\r\n\r\n`,
  ]) {
    const socket = await openTcp(server.port);
    socket.write(garbage, 'latin1');
    await closed(socket);
  }
  await witness.check();
});

test('closes garbage inside a WebSocket', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const socket = await openTcp(server.port);
  socket.write(upgradeRequest());
  socket.write(Buffer.alloc(1_000, 0xff));
  await readToEnd(socket);
  await witness.check();
});

test('answers pings, and ends a flood of them', async (t) => {
  const server = await TestServer.start(t);
  const socket = await RawSocket.open(server.port);
  const pong = new Promise<void>((resolve) => {
    socket.onPong(resolve);
  });
  socket.ping();
  await pong;
  for (let i = 0; i < 100; i++) socket.ping();
  assert.equal(await socket.closed, 1006);
});
