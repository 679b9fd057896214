import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Opcode, parseInvite } from '@parley/protocol';
import { MessageSchema, RttSchema, UserQuerySchema } from '@parley/protocol/wire';
import { Account, rttOf } from '../../packages/server/test/support/account.ts';
import { shakeHands, TestClient } from '../../packages/server/test/support/client.ts';
import { RawSocket } from '../../packages/server/test/support/raw-socket.ts';
import { openTcp, readToEnd, upgradeRequest } from '../../packages/server/test/support/tcp.ts';
import { within } from '../support/process.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { befriend, say, World } from '../support/world.ts';

/** The real server process with two users who talk; each attack must leave them talking. */
class Siege implements AsyncDisposable {
  readonly world: World;
  readonly #alice: ScriptClient;
  readonly #bob: ScriptClient;
  #round = 0;

  private constructor(world: World, alice: ScriptClient, bob: ScriptClient) {
    this.world = world;
    this.#alice = alice;
    this.#bob = bob;
  }

  static async start(): Promise<Siege> {
    await using stack = new AsyncDisposableStack();
    const world = stack.use(await World.start());
    const [alice, bob] = await world.enterAll('alice', 'bob');
    await befriend(['alice', alice], ['bob', bob]);
    stack.move(); // from here on it is the siege's to end
    return new Siege(world, alice, bob);
  }

  get port(): number {
    return this.world.server.port;
  }

  /** A user known only to the test, registered over a raw connection. */
  async raw(username: string): Promise<TestClient> {
    const account = new Account(username);
    return TestClient.logIn(this.port, account, { registration: account.registration(this.token) });
  }

  get token(): Uint8Array {
    return parseInvite(this.world.invite).token;
  }

  async stillServes(): Promise<void> {
    assert.ok(this.world.server.running, 'the server runs');
    this.#round += 1;
    await say(['alice', this.#alice], ['bob', this.#bob], `round ${this.#round}`, String(this.#round));
    for (const client of [this.#alice, this.#bob]) {
      assert.deepEqual(
        client.events.filter(({ event }) => event === 'offline' || event === 'error'),
        [],
        'its users notice nothing',
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }
}

test('garbage on the socket closes that connection and no other', async () => {
  await using siege = await Siege.start();
  for (const garbage of [
    randomBytes(10_000),
    Buffer.alloc(10_000),
    Buffer.from('\x16\x03\x01\x02\x00\x01\x00'),
    Buffer.from('QUIT\r\n\r\n'),
  ]) {
    const socket = await openTcp(siege.port);
    const answer = readToEnd(socket);
    socket.end(garbage);
    assert.doesNotMatch(await within(answer, 'the server to close'), /\d{3} (?!4)OK|at .*\.ts/);
    await siege.stillServes();
  }
});

test('an HTTP request gets HTTP', async () => {
  await using siege = await Siege.start();
  const base = `http://127.0.0.1:${siege.port}`;
  const health = await fetch(`${base}/healthz`);
  assert.equal(health.status, 200);
  await health.text();
  for (const path of ['/parley', '/nothing', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd']) {
    const response = await fetch(`${base}${path}`);
    assert.ok(response.status >= 400 && response.status < 500, `${path}: ${response.status}`);
    assert.doesNotMatch(await response.text(), /root:/);
  }
  const post = await fetch(`${base}/parley`, { method: 'POST', body: 'x'.repeat(100_000) }).catch(() => undefined);
  assert.ok(post === undefined || post.status >= 400);
  await siege.stillServes();
});

test('half a handshake leaves nothing behind', async () => {
  await using siege = await Siege.start();
  const tcp = await openTcp(siege.port);
  tcp.write(upgradeRequest().slice(0, 40));
  tcp.destroy();

  const silent = await RawSocket.open(siege.port);
  silent.terminate();

  const account = new Account('mallory');
  const half = await RawSocket.open(siege.port);
  const { login } = await shakeHands(half, account, { registration: account.registration(siege.token) });
  half.send(login.subarray(0, login.length - 1));
  await within(half.closed, 'the server to close');
  await siege.stillServes();
  await assert.rejects(TestClient.logIn(siege.port, account), /auth_failed/, 'there is no such account');
});

test('a 1.0 of a wrong size or with a low-order key closes', async () => {
  await using siege = await Siege.start();
  const first = randomBytes(1_216);
  const lowOrder = Buffer.from(first);
  lowOrder.fill(0, 0, 32);
  const badModulus = Buffer.from(first);
  badModulus.fill(0xff, 32);
  for (const message of [Buffer.alloc(0), first.subarray(1), Buffer.concat([first, first]), lowOrder, badModulus]) {
    const socket = await RawSocket.open(siege.port);
    socket.send(message);
    assert.equal(await within(socket.receive(), 'the server to close'), undefined);
    await siege.stillServes();
  }
});

test('a text message, and one that is too long, close', async () => {
  await using siege = await Siege.start();
  for (const message of ['hello', randomBytes(65_536)]) {
    const socket = await RawSocket.open(siege.port);
    socket.send(message);
    assert.equal(await within(socket.receive(), 'the server to close'), undefined);
  }
  await siege.stillServes();
});

test('a record with one flipped bit gets bad_record, and nothing in it is used', async () => {
  await using siege = await Siege.start();
  for (const bit of [0, 7, 8 * 100 + 3, -1]) {
    const mallory = await siege.raw(`mallory${bit < 0 ? 'last' : bit}`);
    mallory.channel.queue(Opcode.QUIT, 0, new Uint8Array(0));
    const [record] = mallory.channel.flush();
    const flipped = Buffer.from(record!);
    const index = bit < 0 ? flipped.length - 1 : bit >> 3;
    flipped[index] = flipped[index]! ^ (1 << (bit & 7));
    mallory.socket.send(flipped);
    assert.equal((await mallory.nextError()).code, 'bad_record');
    await within(mallory.socket.closed, 'the server to close');
    await siege.stillServes();
  }
});

test('a record that was replayed or reflected closes', async () => {
  await using siege = await Siege.start();
  const mallory = await siege.raw('mallory');
  mallory.channel.queue(Opcode.USER, 1, new Uint8Array([0x0a, 3, 0x62, 0x6f, 0x62]));
  const [record] = mallory.channel.flush();
  mallory.socket.send(record!);
  await mallory.next(Opcode.OK);
  mallory.socket.send(record!);
  assert.equal((await mallory.nextError()).code, 'bad_record');
  await within(mallory.socket.closed, 'the server to close');
  await siege.stillServes();
});

test('a replayed 1.0 gets an answer it cannot use, a replayed 1.2 closes', async () => {
  await using siege = await Siege.start();
  const account = new Account('mallory');
  const socket = await RawSocket.open(siege.port);
  const { first, login, channel } = await shakeHands(socket, account, { registration: account.registration(siege.token) });
  const client = new TestClient(socket, channel, account);
  socket.send(login);
  await client.next(Opcode.LIST);

  const replayer = await RawSocket.open(siege.port);
  replayer.send(first);
  assert.ok(await within(replayer.receive(), 'an answer'), 'a 1.1');
  replayer.send(login);
  assert.equal(await within(replayer.receive(), 'the server to close'), undefined);
  await siege.stillServes();
});

test('an unknown user, a wrong key and a wrong device get the same auth_failed', async () => {
  await using siege = await Siege.start();
  const known = await siege.raw('carol');
  const stranger = new Account('carol');
  const attempts: [string, Account, Parameters<typeof TestClient.refusal>[2]][] = [
    ['an unknown user', new Account('nobody'), {}],
    ['a wrong key', stranger, { deviceId: known.account.device().deviceId }],
    ['an unknown device', stranger, {}],
    ["another user's name", known.account, { username: 'alice' }],
    ['a prefix of a name', known.account, { username: 'al' }],
    ['a path for a name', known.account, { username: '../../etc/passwd' }],
    ['33 characters for a name', known.account, { username: 'x'.repeat(33) }],
    ['an empty name', known.account, { username: '' }],
  ];
  for (const [name, account, options] of attempts) {
    assert.equal(await within(TestClient.refusal(siege.port, account, options), name), 'auth_failed', name);
  }
  await siege.stillServes();
});

test('names that are no user names never reach a look-up', async () => {
  await using siege = await Siege.start();
  for (const [index, name] of ['../../etc/passwd', 'x'.repeat(33), '', 'Alice', 'a b', "al'; drop table users;--"].entries()) {
    const mallory = await siege.raw(`mallory${index}`);
    const reply = await mallory.error(Opcode.USER, UserQuerySchema, { username: name });
    assert.equal(reply.code, 'malformed', name);
    await within(mallory.socket.closed, 'the server to close');
  }
  const mallory = await siege.raw('mallory');
  assert.equal((await mallory.error(Opcode.USER, UserQuerySchema, { username: 'al' })).code, 'unknown_user', 'al is not alice');
  const request = await mallory.error(Opcode.RTT, RttSchema, rttOf(mallory.account, 'al'));
  assert.equal(request.code, 'unknown_user');
  await siege.stillServes();
});

test('a message into a conversation that is not there, an unknown opcode and a body that does not parse have their codes', async () => {
  await using siege = await Siege.start();
  const mallory = await siege.raw('mallory');
  const message = create(MessageSchema, {
    conversation: randomBytes(16),
    epoch: 1n,
    id: randomBytes(16),
    ciphertext: randomBytes(300),
  });
  assert.equal((await mallory.error(Opcode.MESSAGE, MessageSchema, message)).code, 'unknown_conversation');
  mallory.sendFrame(200, 77, randomBytes(20));
  assert.equal((await mallory.nextError()).code, 'unknown_opcode');
  assert.equal((await mallory.error(Opcode.USER, UserQuerySchema, { username: 'zz' })).code, 'unknown_user', 'it goes on');
  mallory.sendFrame(Opcode.RTT, 78, randomBytes(200));
  assert.equal((await mallory.nextError()).code, 'malformed');
  await within(mallory.socket.closed, 'the server to close');
  await siege.stillServes();
});
