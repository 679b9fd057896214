import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MAX_ADDRESSES } from '@parley/protocol';
import { addressGroup, isLoopback } from '../src/transport/address.ts';
import { AddressRates, TokenBucket } from '../src/transport/rate.ts';
import { Account } from './support/account.ts';
import { TestClient } from './support/client.ts';
import { ManualClock } from './support/manual-clock.ts';
import { RawSocket } from './support/raw-socket.ts';
import { TestServer } from './support/server.ts';
import { closed, openTcp, readToEnd, upgradeRequest } from './support/tcp.ts';
import { Witness } from './support/witness.ts';

test('drops whoever has not logged in at the deadline, and nobody else', async (t) => {
  const clock = new ManualClock();
  const server = await TestServer.start(t, { clock });
  const witness = await Witness.start(server);

  const silent = await openTcp(server.port);
  const slow = await openTcp(server.port);
  slow.write('GET /parley HTTP/1.1\r\nHost: loc');
  const half = await RawSocket.open(server.port);
  half.send(new Uint8Array(1_216)); // no valid point, or a 1.1 that is never answered
  const idle = await RawSocket.open(server.port);

  const gone = Promise.all([closed(silent), closed(slow), half.closed, idle.closed]);
  clock.advance(9_999);
  await witness.check();
  clock.advance(1);
  await gone;
  await witness.check();
});

test('lets an HTTP request take the deadline off, and an upgrade put it on again', async (t) => {
  const clock = new ManualClock();
  const server = await TestServer.start(t, { clock });
  const socket = await openTcp(server.port);
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  clock.advance(20_000);
  socket.write(upgradeRequest());
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1.1 101/);
  clock.advance(10_000);
  await closed(socket);
});

test('makes room for newcomers by dropping the oldest who has not logged in', async (t) => {
  const server = await TestServer.start(t, { limits: { maxHandshakesInProgress: 5 } });
  const witness = await Witness.start(server);
  const idlers = [];
  for (let i = 0; i < 5; i++) idlers.push(await RawSocket.open(server.port));
  const alice = await server.register('alice'); // still gets in
  await idlers[0]!.closed;
  await witness.check();
  await alice.leave();
});

test('refuses connections beyond the cap, and those who are in stay', async (t) => {
  const server = await TestServer.start(t, { limits: { maxConnections: 3 } });
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  await assert.rejects(RawSocket.open(server.port));
  await witness.check();
  await alice.leave();
});

test('caps the connections of one address', async (t) => {
  const server = await TestServer.start(t, { limits: { maxConnectionsPerAddress: 2, loopbackIsExempt: false } });
  await RawSocket.open(server.port);
  await RawSocket.open(server.port);
  await assert.rejects(RawSocket.open(server.port));
});

test('caps the handshakes of one address in a second, and says when to come again', async (t) => {
  const limits = { handshakesPerSecondPerAddress: 2, loopbackIsExempt: false };
  const clock = new ManualClock();
  const server = await TestServer.start(t, { limits, clock });
  await RawSocket.open(server.port);
  await RawSocket.open(server.port);
  const socket = await openTcp(server.port);
  socket.write(upgradeRequest());
  assert.match(await readToEnd(socket), /^HTTP\/1.1 429 .*Retry-After: 1\r\n/s);
  clock.advance(500);
  await RawSocket.open(server.port);
});

test('lets a hundred log in from loopback at once', async (t) => {
  const server = await TestServer.start(t);
  const token = await server.token(100);
  const accounts = Array.from({ length: 100 }, (_, i) => new Account(`user${i}`));
  const login = (user: Account) => TestClient.logIn(server.port, user, { registration: user.registration(token) });
  const clients = await Promise.all(accounts.map(login));
  assert.equal(clients.length, 100);
});

test('counts an IPv6 /64 as one address', () => {
  assert.equal(addressGroup('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(addressGroup('2001:db8:1:2::6'), '2001:db8:1:2::/64');
  assert.equal(addressGroup('2001:db8::6'), '2001:db8:0:0::/64');
  assert.equal(addressGroup('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(addressGroup('::ffff:192.0.2.7'), '192.0.2.7');
});

test('knows loopback when it sees it', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.equal(isLoopback(address), true, address);
  for (const address of ['10.0.0.1', '::2', '2001:db8::1', '']) assert.equal(isLoopback(address), false, address);
});

test('fills a token bucket at its rate, up to its burst', () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(clock, { perSecond: 10, burst: 2 });
  assert.equal(bucket.take(), 0);
  assert.equal(bucket.take(), 0);
  assert.equal(bucket.take(), 100);
  clock.advance(60);
  assert.equal(bucket.take(), 40);
  clock.advance(40);
  assert.equal(bucket.take(), 0);
  clock.advance(60_000);
  assert.deepEqual([bucket.take(), bucket.take(), bucket.take()], [0, 0, 100]);
});

test('remembers a bounded number of addresses', () => {
  const rates = new AddressRates(new ManualClock(), 1);
  for (let i = 0; i <= MAX_ADDRESSES; i++) assert.equal(rates.take(`address ${i}`), 0);
  assert.equal(rates.take('address 0'), 0); // forgotten
  assert.notEqual(rates.take(`address ${MAX_ADDRESSES}`), 0);
});
