import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary } from '@bufbuild/protobuf';
import { INVITE_LIFETIME_MS, Opcode, startLogin } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { QuitSchema, RegistrationSchema, SignedDeviceListSchema } from '@parley/protocol/wire';
import { Account } from './support/account.ts';
import { shakeHands, TestClient } from './support/client.ts';
import { ManualClock } from './support/manual-clock.ts';
import { RawSocket } from './support/raw-socket.ts';
import { TestServer } from './support/server.ts';
import { Witness } from './support/witness.ts';

/** So many shake hands before her. */
const OTHERS = 60;

test('registers with an invite, and again as an ordinary login', async (t) => {
  const server = await TestServer.start(t);
  const alice = new Account('alice');
  const registration = alice.registration(await server.token(1));
  await TestClient.logIn(server.port, alice, { registration });
  // 1.3 got lost: the client tries again with the token it has used up.
  const again = await TestClient.logIn(server.port, alice, { registration });
  assert.deepEqual(again.users.online, ['alice']);
});

test('refuses an invite nobody made', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = new Account('alice');
  for (const token of [crypto.randomBytes(16), new Uint8Array(0), crypto.randomBytes(17)]) {
    assert.equal(await TestClient.refusal(server.port, alice, { registration: alice.registration(token) }), 'invite_invalid');
  }
  await witness.check();
});

test('refuses an invite that is used up', async (t) => {
  const server = await TestServer.start(t);
  const token = await server.token(1);
  const alice = new Account('alice');
  await TestClient.logIn(server.port, alice, { registration: alice.registration(token) });
  const bob = new Account('bob');
  assert.equal(await TestClient.refusal(server.port, bob, { registration: bob.registration(token) }), 'invite_invalid');
});

test('lets no more register at once than an invite has uses', async (t) => {
  const server = await TestServer.start(t);
  const token = await server.token(3);
  const accounts = Array.from({ length: 20 }, (_, i) => new Account(`user${i}`));
  const outcomes = await Promise.allSettled(
    accounts.map((user) => TestClient.logIn(server.port, user, { registration: user.registration(token) })),
  );
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.equal(outcome.reason.message, 'invite_invalid');
  }
});

test('a registration whose peer has gone before its turn uses no invite', async (t) => {
  const server = await TestServer.start(t);
  const token = await server.token(1);
  const alice = new Account('alice');
  const socket = await RawSocket.open(server.port);
  const { login } = await shakeHands(socket, alice, { registration: alice.registration(token) });

  const others: RawSocket[] = [];
  while (others.length < OTHERS) others.push(await RawSocket.open(server.port));
  const { message } = startLogin(crypto, { channelKey: crypto.x25519.generate() });
  for (const other of others) other.send(message);
  await others[0]?.receive(); // from here on the rest of them is served, a turn each
  socket.send(login);
  socket.terminate();

  const bob = new Account('bob');
  await TestClient.logIn(server.port, bob, { registration: bob.registration(token) });
  for (const other of others) other.terminate();
});

test('refuses an invite that has expired', async (t) => {
  const clock = new ManualClock();
  const server = await TestServer.start(t, { clock });
  const alice = new Account('alice');
  const registration = alice.registration(await server.token());
  clock.advance(INVITE_LIFETIME_MS);
  assert.equal(await TestClient.refusal(server.port, alice, { registration }), 'invite_invalid');
});

test('refuses a name that is taken, and the invite stays good', async (t) => {
  const server = await TestServer.start(t);
  await server.register('alice');
  const token = await server.token(1);
  const impostor = new Account('alice');
  assert.equal(await TestClient.refusal(server.port, impostor, { registration: impostor.registration(token) }), 'username_taken');
  const bob = new Account('bob');
  await TestClient.logIn(server.port, bob, { registration: bob.registration(token) });
});

test('looks at the invite before the name', async (t) => {
  const server = await TestServer.start(t);
  await server.register('alice');
  const impostor = new Account('alice');
  const registration = impostor.registration(crypto.randomBytes(16));
  assert.equal(await TestClient.refusal(server.port, impostor, { registration }), 'invite_invalid');
});

test('refuses a registration under another name than the login', async (t) => {
  const server = await TestServer.start(t);
  const alice = new Account('alice');
  const registration = alice.registration(await server.token());
  assert.equal(await TestClient.refusal(server.port, alice, { registration, username: 'alicia' }), 'auth_failed');
});

test('refuses a registration whose device is not the one that logs in', async (t) => {
  const server = await TestServer.start(t);
  const alice = new Account('alice', { devices: 2 });
  const registration = alice.registration(await server.token());
  const { deviceId } = alice.device(1);
  assert.equal(await TestClient.refusal(server.port, alice, { registration, deviceId }), 'auth_failed');
  assert.equal(await TestClient.refusal(server.port, alice, { registration, deviceId: crypto.randomBytes(8) }), 'auth_failed');
});

test('refuses a device list with a forged signature', async (t) => {
  const server = await TestServer.start(t);
  const alice = new Account('alice');
  const registration = alice.registration(await server.token());
  registration.deviceList!.signature[0]! ^= 1;
  assert.equal(await TestClient.refusal(server.port, alice, { registration }), 'malformed');
});

test('refuses a device list whose certificate another identity signed', async (t) => {
  const server = await TestServer.start(t);
  const alice = new Account('alice');
  const registration = alice.registration(await server.token());
  registration.deviceList!.list.set(crypto.randomBytes(20), registration.deviceList!.list.length - 20);
  assert.equal(await TestClient.refusal(server.port, alice, { registration }), 'malformed');
});

test('refuses a registration without a list, and one without a proof', async (t) => {
  const server = await TestServer.start(t);
  const alice = new Account('alice');
  const proof = { case: 'inviteToken' as const, value: await server.token() };
  const withoutList = create(RegistrationSchema, { proof });
  assert.equal(await TestClient.refusal(server.port, alice, { registration: withoutList }), 'malformed');
  const withoutProof = create(RegistrationSchema, { deviceList: fromBinary(SignedDeviceListSchema, alice.list) });
  assert.equal(await TestClient.refusal(server.port, alice, { registration: withoutProof }), 'malformed');
});

test('recovers an account with its identity key and a higher version', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const recovered = new Account('alice', { identity: alice.account.identity, version: 2n });
  await server.logIn(recovered, { registration: recovered.recovery() });
  assert.equal((await alice.nextBody(Opcode.QUIT, QuitSchema)).reason, 'replaced');
  // The lost device is on the list no more.
  assert.equal(await TestClient.refusal(server.port, alice.account), 'auth_failed');
});

test('tells the owner of the identity key alone which version a recovery has to be above', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const { identity } = alice.account;
  const newest = new Account('alice', { identity, version: 7n });
  await server.recover(newest);
  const newestFor = async (account: Account): Promise<[string, bigint]> => {
    const client = await TestClient.connect(server.port, account, { registration: account.recovery() });
    const { code, newestVersion } = await client.nextError();
    return [code, newestVersion];
  };
  assert.deepEqual(await newestFor(new Account('alice', { identity, version: 6n })), ['auth_failed', 7n]);
  assert.deepEqual(await newestFor(new Account('alice', { version: 6n })), ['auth_failed', 0n]);
  assert.deepEqual(await newestFor(new Account('nobody', { version: 6n })), ['auth_failed', 0n]);
});

test('refuses a recovery with another identity key, an old version, or of nobody', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register(new Account('alice', { version: 5n }));
  const { identity } = alice.account;
  const attempts = [
    new Account('alice', { version: 6n }),
    new Account('alice', { identity, version: 5n }),
    new Account('alice', { identity, version: 4n }),
    new Account('nobody'),
  ];
  for (const attempt of attempts) {
    assert.equal(await TestClient.refusal(server.port, attempt, { registration: attempt.recovery() }), 'auth_failed');
  }
  await server.logIn(alice.account);
});

test('registers several devices at once, each of which can log in', async (t) => {
  const server = await TestServer.start(t);
  const alice = new Account('alice', { devices: 9 }); // fits into a 1.2 of 4,096 bytes
  await server.register(alice);
  await server.logIn(alice, { device: 8 });
});
