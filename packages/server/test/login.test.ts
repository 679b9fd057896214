import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { Opcode, startLogin } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { ListRequestSchema, QuitSchema, UserListSchema } from '@parley/protocol/wire';
import { Account } from './support/account.ts';
import { shakeHands, TestClient } from './support/client.ts';
import { RawSocket } from './support/raw-socket.ts';
import { type LoggedInClient, TestServer } from './support/server.ts';
import { Witness } from './support/witness.ts';

async function online(client: TestClient): Promise<string[]> {
  const { body } = await client.request(Opcode.LIST, ListRequestSchema, {});
  return fromBinary(UserListSchema, body).online;
}

test('logs in with 1.0 to 1.3: certificates, limits, then who is on line, oneself included', async (t) => {
  const server = await TestServer.start(t);
  await server.register('bob');
  const alice = await server.register('alice');
  assert.deepEqual(alice.users.online, ['alice', 'bob']);
  assert.equal(alice.users.next, '');

  const socket = await RawSocket.open(server.port);
  const { hello } = await shakeHands(socket, alice.account);
  assert.ok(hello.serverCertificate.length > 0 && hello.caCertificate.length > 0 && hello.crl.length > 0);
  assert.deepEqual(hello.versions, [1]);
  assert.deepEqual(
    { ...hello.limits },
    {
      $typeName: 'parley.Limits',
      maxFrameBytes: 1_048_576,
      framesPerSecond: 2_000,
      requestsInFlight: 1_024,
    },
  );
});

test('knows a device again after it has left', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  await alice.leave();
  assert.deepEqual((await server.logIn(alice.account)).users.online, ['alice']);
});

test('nobody knows of a connection before its login has succeeded', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  await bob.leave();
  const socket = await RawSocket.open(server.port);
  const { login } = await shakeHands(socket, bob.account);
  assert.deepEqual(await online(alice), ['alice']);
  socket.send(login);
  await socket.receive();
  assert.deepEqual(await online(alice), ['alice', 'bob']);
});

test('refuses every failed login in the same words', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = new Account('alice', { devices: 2 });
  await server.register(alice);
  const stranger = new Account('alice');
  const refusals = {
    'a user nobody knows': TestClient.connect(server.port, new Account('nobody')),
    'another key for a known device': TestClient.connect(server.port, stranger, { deviceId: alice.device().deviceId }),
    'a device nobody knows': TestClient.connect(server.port, stranger),
    'the key of another device of the user': TestClient.connect(server.port, alice, { deviceId: alice.device(1).deviceId }),
    'the start of a name': TestClient.connect(server.port, alice, { username: 'al' }),
    'a path for a name': TestClient.connect(server.port, alice, { username: '../../etc/passwd' }),
    'a name of 33 characters': TestClient.connect(server.port, alice, { username: 'a'.repeat(33) }),
    'no name': TestClient.connect(server.port, alice, { username: '' }),
    'another case': TestClient.connect(server.port, alice, { username: 'Alice' }),
    'a name with a zero': TestClient.connect(server.port, alice, { username: 'alice\0' }),
    'a short device id': TestClient.connect(server.port, alice, { deviceId: alice.device().deviceId.subarray(0, 7) }),
    'no device id': TestClient.connect(server.port, alice, { deviceId: new Uint8Array(0) }),
  };
  for (const [cause, connecting] of Object.entries(refusals)) {
    const client = await connecting;
    const { code, detail, retryAfterMs } = await client.nextError();
    assert.deepEqual({ code, detail, retryAfterMs }, { code: 'auth_failed', detail: 'login failed', retryAfterMs: 0 }, cause);
    assert.equal(await client.socket.closed, 1008, cause);
  }
  await witness.check();
});

test('refuses a version it does not speak', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  assert.equal(await TestClient.refusal(server.port, alice.account, { version: 2 }), 'malformed');
});

test('closes a 1.0 of another length', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  for (const length of [0, 1, 1_215, 1_217, 65_535]) {
    const socket = await RawSocket.open(server.port);
    socket.send(new Uint8Array(length).fill(9));
    assert.equal(await socket.receive(), undefined, `${length} bytes`);
  }
  await witness.check();
});

test('a 1.0 with a flipped bit leads to no login', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  for (const at of [0, 31, 32, 700, 1_215]) {
    const socket = await RawSocket.open(server.port);
    const { message, next } = startLogin(crypto, { channelKey: alice.account.device().channel });
    message[at]! ^= 1;
    socket.send(message);
    const answer = await socket.receive();
    if (answer !== undefined) assert.throws(() => next.receive(answer), { code: 'bad_record' });
    socket.terminate();
  }
  await witness.check();
});

test('a 1.2 with a flipped bit just closes', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  await alice.leave();
  for (const at of [0, 47, 48, 1_000, -1]) {
    const socket = await RawSocket.open(server.port);
    const { login } = await shakeHands(socket, alice.account);
    login[at === -1 ? login.length - 1 : at]! ^= 1;
    socket.send(login);
    assert.equal(await socket.receive(), undefined, `byte ${at}`);
  }
  const bob = await server.register('bob');
  assert.ok(!bob.users.online.includes('alice'));
  await witness.check();
});

test('a 1.2 cut short or made longer just closes', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  for (const change of [
    (m: Uint8Array) => m.subarray(1),
    (m: Uint8Array) => Buffer.concat([m, Buffer.alloc(1)]),
    () => new Uint8Array(0),
  ]) {
    const socket = await RawSocket.open(server.port);
    const { login } = await shakeHands(socket, alice.account);
    socket.send(change(login));
    assert.equal(await socket.receive(), undefined);
  }
});

test('a replayed 1.0 gets an answer of its own, and a replayed 1.2 gets nowhere', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const user = await server.register('alice');
  await user.leave();
  const socket = await RawSocket.open(server.port);
  const { first, login, channel } = await shakeHands(socket, user.account);
  socket.send(login);
  const alice = new TestClient(socket, channel, user.account);
  await alice.next(Opcode.LIST);

  const replay = await RawSocket.open(server.port);
  replay.send(first);
  assert.ok(await replay.receive());
  replay.send(login);
  assert.equal(await replay.receive(), undefined);
  assert.ok((await online(alice)).includes('alice')); // her session is untouched
  await witness.check();
});

test('a second login of a device replaces the first, which is told', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const first = await server.register('alice');
  const second = await server.logIn(first.account);
  assert.equal((await first.nextBody(Opcode.QUIT, QuitSchema)).reason, 'replaced');
  assert.equal(await first.socket.closed, 1000);
  assert.ok((await online(second)).includes('alice'));
  await witness.check();
});

test('of many logins of one device at once, one session is left', async (t) => {
  const server = await TestServer.start(t);
  const first = await server.register('alice');
  const connecting = Array.from({ length: 20 }, () => TestClient.connect(server.port, first.account));
  const clients = [first, ...(await Promise.all(connecting))];
  const ends = clients.map(async (client) => {
    await client.socket.closed;
    return client;
  });
  const ended = new Set<TestClient>();
  const left = new Set<TestClient>(clients);
  while (left.size > 1) {
    const client = await Promise.race(ends.filter((_, i) => !ended.has(clients[i]!)));
    ended.add(client);
    left.delete(client);
  }
  const [last] = left;
  assert.deepEqual(await online(last as LoggedInClient), ['alice']);
});

test('two devices of a user are on line beside each other', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register(new Account('alice', { devices: 2 }));
  const other = await server.logIn(alice.account, { device: 1 });
  assert.deepEqual(await online(alice), ['alice']);
  await alice.leave();
  assert.deepEqual(await online(other), ['alice']);
});

test('a position that was never given out is a state_mismatch, and the session goes on', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  await alice.leave();
  const again = await server.logIn(alice.account, { position: 1n << 40n });
  const { code } = await again.nextError();
  assert.equal(code, 'state_mismatch');
  assert.deepEqual(await online(again), ['alice']);
});
