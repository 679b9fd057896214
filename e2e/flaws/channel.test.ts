import assert from 'node:assert/strict';
import { createCipheriv, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { concat, Opcode, padme, RECORDS_PER_KEY } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { ErrorSchema, ListRequestSchema, MessageSchema, QuitSchema, RttSchema, UserQuerySchema } from '@parley/protocol/wire';
import { pad, writeLength } from '../../packages/protocol/src/channel/padding.ts';
import { RecordSealer } from '../../packages/protocol/src/channel/records.ts';
import { CipherState } from '../../packages/protocol/src/noise/cipher-state.ts';
import { Account, rttOf } from '../../packages/server/test/support/account.ts';
import { shakeHands, TestClient } from '../../packages/server/test/support/client.ts';
import { frame, RawChannel } from '../../packages/server/test/support/raw-channel.ts';
import { RawSocket } from '../../packages/server/test/support/raw-socket.ts';
import { messageOf, pair, TestServer, talk } from '../../packages/server/test/support/server.ts';
import { Witness } from '../../packages/server/test/support/witness.ts';
import { find, textCanaries } from '../support/canaries.ts';
import { encode } from '../support/encode.ts';
import { RecordingProxy } from '../support/recording-proxy.ts';

/** Whether anything of this opcode has come to a client, once all that was sent before has. */
async function wasBrought(client: TestClient, opcode: number): Promise<boolean> {
  await client.request(Opcode.LIST, ListRequestSchema, {});
  return client.waiting(opcode) > 0;
}

test('answers flaw 01: a record that does not open closes the connection, and nothing of it is used', async (t) => {
  const { server, bob } = await pair(t);
  for (const [index, bit] of [0, 1, 8 * 60 + 3, 8 * 150, -128, -1].entries()) {
    const mallory = await server.register(`mallory${index}`);
    mallory.channel.queue(Opcode.RTT, 1, rttBytes(mallory.account));
    const forged = Buffer.concat(mallory.channel.flush());
    const at = bit < 0 ? forged.length * 8 + bit : bit;
    forged[at >> 3]! ^= 1 << (at & 7);
    mallory.socket.send(forged);
    assert.equal((await mallory.nextError()).code, 'bad_record');
    assert.equal(await mallory.socket.closed, 1008);
  }
  assert.equal(await wasBrought(bob, Opcode.RTT), false, 'bob was asked nothing');
  assert.equal(await honestRequestArrives(server, bob), true);
});

function rttBytes(from: Account): Uint8Array {
  return encode(RttSchema, rttOf(from, 'bob'));
}

async function honestRequestArrives(server: TestServer, bob: TestClient): Promise<boolean> {
  const carol = await server.register('carol');
  await carol.ok(Opcode.RTT, RttSchema, rttOf(carol.account, 'bob'));
  return wasBrought(bob, Opcode.RTT);
}

test('answers flaw 02: a forged length has a code, and neither reads beyond what came nor ends the process', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const list = frame(Opcode.LIST, 1, new Uint8Array(0));
  const forgeries: [string, (channel: RawChannel) => void, number][] = [
    ['a record whose n is more than it holds', (channel) => channel.sendPlaintext(withLength(list, 0xffff)), 1008],
    ['a record whose n is one more than it holds', (channel) => channel.sendPlaintext(withLength(list, 255)), 1008],
    ['a frame of 16 MiB', (channel) => channel.sendStream(Uint8Array.of(Opcode.LIST, 0xff, 0xff, 0xff, 0, 0, 0, 1)), 1008],
    [
      'a frame one byte above the limit',
      (channel) => channel.sendStream(Uint8Array.of(Opcode.LIST, 0x10, 0, 1, 0, 0, 0, 1)),
      1008,
    ],
    ['a record longer than any', (channel) => channel.sendPlaintext(new Uint8Array(63_489)), 1008],
  ];
  for (const [index, [what, forge, code]] of forgeries.entries()) {
    const account = new Account(`mallory${index}`);
    await (await server.register(account)).leave();
    const channel = await RawChannel.logIn(server.port, account);
    forge(channel);
    assert.equal(await channel.socket.closed, code, what);
  }
  await witness.check();
});

/** A record's plaintext that claims to hold so many bytes. */
function withLength(content: Uint8Array, length: number): Uint8Array {
  const padded = pad(content, 256);
  writeLength(padded, length);
  return padded;
}

test('answers flaw 08: there is a key each way, and a record that is sent back to who made it closes', async (t) => {
  const server = await TestServer.start(t);
  const account = (await server.register('mallory')).account;
  const socket = await RawSocket.open(server.port);
  const { channel, login } = await shakeHands(socket, account);
  socket.send(login);
  const first = (await socket.receive())!; // 1.3: record 0 of its direction
  assert.equal(channel.open(first)[0]?.opcode, Opcode.LIST);
  socket.send(first); // as record 0 of the other
  const [error] = channel.open((await socket.receive())!);
  assert.equal(fromBinary(ErrorSchema, error!.body).code, 'bad_record');
  assert.equal(await socket.closed, 1008);
});

test('answers flaw 09: nonces are counted, keys are replaced in time, and a spent key refuses', () => {
  const key = randomBytes(32);
  const cipher = new CipherState(nodeCrypto, Uint8Array.from(key));
  const sealer = new RecordSealer(cipher);
  const plaintext = new Uint8Array(256);
  const records = Array.from({ length: 3 }, () => sealer.seal(plaintext));
  assert.deepEqual(
    records.map((record) => Buffer.from(record)),
    [0n, 1n, 2n].map((n) => independentSeal(key, n, plaintext)),
    'the nonces of the first records are 0, 1, 2',
  );

  cipher.setNonce(RECORDS_PER_KEY);
  const next = independentSeal(key, 2n ** 64n - 1n, new Uint8Array(32)).subarray(0, 32);
  assert.deepEqual(
    Buffer.from(sealer.seal(plaintext)),
    independentSeal(next, BigInt(RECORDS_PER_KEY), plaintext),
    'Rekey of Noise',
  );

  cipher.setNonce(Number.MAX_SAFE_INTEGER);
  assert.throws(() => sealer.seal(plaintext), /spent/, 'it never counts from 0 again');
});

/** ChaCha20-Poly1305 with the nonce of Noise (rev 34, section 12.3), by OpenSSL and nothing of ours. */
function independentSeal(key: Uint8Array, n: bigint, plaintext: Uint8Array): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64LE(n, 4);
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

test('answers flaw 22: what the wire says of where something ends is checked before it is used', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const mallory = await server.register('mallory');
  const zoe = await server.register('carol');
  const conversation = await talk(mallory, zoe);
  await mallory.leave();
  const good = Buffer.from(encode(MessageSchema, messageOf(conversation, 'x'.repeat(100))));
  const lengths = [1, 21, 39]; // of conversation, id and ciphertext
  assert.deepEqual(
    lengths.map((at) => good[at]),
    [16, 16, 100],
  );
  for (const at of lengths) {
    for (const length of [0, good[at]! + 1, good[at]! - 1, 0x7f, 0xff]) {
      const body = Buffer.from(good);
      body[at] = length;
      const client = await server.logIn(mallory.account);
      client.sendFrame(Opcode.MESSAGE, 1, body);
      assert.equal((await client.nextError()).code, 'malformed', `byte ${at} = ${length}`);
      assert.equal(await client.socket.closed, 1008);
    }
  }
  assert.equal(await wasBrought(zoe, Opcode.MESSAGE), false);
  await witness.check();
});

test('answers flaw 27: names, opcodes and lengths are inside records of one size', async (t) => {
  const server = await TestServer.start(t);
  const names = ['alice-in-the-reeds', 'bob-under-the-bridge'] as const;
  const [alice, bob] = [await server.register(names[0]), await server.register(names[1])];
  const conversation = await talk(alice, bob);
  await alice.leave();

  await using proxy = await RecordingProxy.start(server.port);
  const watched = await TestClient.logIn(proxy.port, alice.account);
  const frames: [number, Uint8Array][] = [
    [Opcode.LIST, encode(ListRequestSchema, { prefix: names[1] })],
    [Opcode.USER, encode(UserQuerySchema, { username: names[1] })],
    [Opcode.MESSAGE, encode(MessageSchema, messageOf(conversation, 'short'))],
    [Opcode.MESSAGE, encode(MessageSchema, messageOf(conversation, 'a little longer, and as long on the wire'))],
    [Opcode.QUIT, encode(QuitSchema, {})],
  ];
  const sizes = frames.map(([opcode, body], index) => {
    watched.channel.queue(opcode, index + 1, body);
    const records = watched.channel.flush();
    for (const record of records) watched.socket.send(record);
    return concat(...records).length;
  });
  assert.deepEqual(
    sizes,
    frames.map(() => padme(256) + 16),
  );
  await watched.socket.closed;
  const { recorded } = proxy;
  assert.equal(find(textCanaries('GET /parley'), recorded).length, 1, 'the search finds what is there');
  assert.deepEqual(find(names.flatMap(textCanaries), recorded), []);
});
