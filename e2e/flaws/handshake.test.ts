import assert from 'node:assert/strict';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Opcode, openConsent, openDeviceList, toHex, utf8 } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { RttSchema, SignedConsentSchema } from '@parley/protocol/wire';
import { PROTOCOL_NAME } from '../../packages/protocol/src/channel/login.ts';
import { SigningDomain, signIn } from '../../packages/protocol/src/identity/signing.ts';
import { CipherState } from '../../packages/protocol/src/noise/cipher-state.ts';
import { HandshakeState } from '../../packages/protocol/src/noise/handshake-state.ts';
import { XXhfs } from '../../packages/protocol/src/noise/patterns.ts';
import { runXXhfs, type XXhfsInput } from '../../packages/protocol/test/noise/xxhfs.ts';
import { Account, rttOf } from '../../packages/server/test/support/account.ts';
import { shakeHands, TestClient } from '../../packages/server/test/support/client.ts';
import { RawSocket } from '../../packages/server/test/support/raw-socket.ts';
import { TestServer } from '../../packages/server/test/support/server.ts';
import { onlineFor } from './online-for.ts';

test('answers flaw 03: a replayed 1.0 gets an answer that is of no use, and a replayed 1.2 never reaches a session', async (t) => {
  const server = await TestServer.start(t);
  const watcher = await server.register('watcher');
  const { account } = await server.register('alice');
  const socket = await RawSocket.open(server.port);
  const { first, login, channel } = await shakeHands(socket, account);
  socket.send(login);
  const alice = new TestClient(socket, channel, account);
  await alice.next(Opcode.LIST);
  await alice.leave();

  const replayer = await RawSocket.open(server.port);
  replayer.send(first);
  assert.ok(await replayer.receive(), 'a 1.1');
  replayer.send(login);
  assert.equal(await replayer.receive(), undefined, 'no word more');
  assert.equal(await replayer.closed, 1008);
  assert.deepEqual(await onlineFor(watcher), ['watcher']);
});

test('answers flaw 04: a name that is not proven is on no list, gets nothing, and takes no one’s place', async (t) => {
  const server = await TestServer.start(t);
  const watcher = await server.register('watcher');
  const bob = await server.register('bob');
  const half = await RawSocket.open(server.port);
  await shakeHands(half, bob.account); // 1.2 is made, and held back

  const ghost = new Account('bob');
  const claims = [{ deviceId: bob.account.device().deviceId }, {}];
  for (const claim of claims) assert.equal(await TestClient.refusal(server.port, ghost, claim), 'auth_failed');
  assert.deepEqual(await onlineFor(watcher), ['bob', 'watcher']);
  await watcher.ok(Opcode.RTT, RttSchema, rttOf(watcher.account, 'bob'));
  await bob.next(Opcode.RTT);
  await bob.leave();
  assert.deepEqual(await onlineFor(watcher), ['watcher'], 'half a login is none');
  assert.equal(await TestClient.refusal(server.port, ghost, claims[0]), 'auth_failed');
  assert.deepEqual(await onlineFor(watcher), ['watcher']);
});

test('answers flaw 05: the transcript is in every key, and a signature holds only for what it was made for', async (t) => {
  const server = await TestServer.start(t);
  const { account } = await server.register('alice');
  const answerTo = async (prologue: string): Promise<() => Uint8Array> => {
    const handshake = new HandshakeState({
      crypto: nodeCrypto,
      pattern: XXhfs,
      protocolName: PROTOCOL_NAME,
      initiator: true,
      prologue: utf8(prologue),
      s: account.device().channel,
    });
    const socket = await RawSocket.open(server.port);
    t.after(() => socket.terminate());
    socket.send(handshake.writeMessage(new Uint8Array(0)));
    const answer = (await socket.receive())!;
    return () => handshake.readMessage(answer);
  };
  assert.ok((await answerTo('parley/1'))().length > 0);
  // The same secrets on both sides, and another view of what this is about.
  assert.throws(await answerTo('parley/2'), { name: 'DecryptError' });

  const { statement } = rttOf(account, 'bob').consent!;
  const { devices, username } = openDeviceList(nodeCrypto, account.list);
  const openSignedFor = (domain: Uint8Array) => {
    const signature = signIn(nodeCrypto, domain, account.device().signature.secret, statement);
    return openConsent(nodeCrypto, create(SignedConsentSchema, { statement, signature }), { devices, username });
  };
  assert.equal(openSignedFor(SigningDomain.consent).to, 'bob');
  for (const other of [SigningDomain.deviceCertificate, SigningDomain.deviceList, new Uint8Array(0)]) {
    assert.throws(() => openSignedFor(other), { code: 'malformed' });
  }
});

test('answers flaw 06: nonces have 64 bits, and every login has fresh keys of 32 and 1,184 bytes', async (t) => {
  const key = randomBytes(32);
  const cipher = new CipherState(nodeCrypto, Uint8Array.from(key));
  const seen = [0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52].map((n) => {
    cipher.setNonce(n);
    const sealed = Buffer.from(cipher.encryptWithAd(new Uint8Array(0), Buffer.alloc(32)));
    const nonce = Buffer.alloc(12);
    nonce.writeBigUInt64LE(BigInt(n), 4);
    const openssl = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
    assert.deepEqual(sealed, Buffer.concat([openssl.update(Buffer.alloc(32)), openssl.final(), openssl.getAuthTag()]), `${n}`);
    return toHex(sealed);
  });
  assert.equal(new Set(seen).size, seen.length);

  const server = await TestServer.start(t);
  const { account } = await server.register('alice');
  const fresh: string[] = [];
  for (let login = 0; login < 20; login += 1) {
    const socket = await RawSocket.open(server.port);
    t.after(() => socket.terminate());
    const { first } = await shakeHands(socket, account);
    assert.equal(first.length, 1_216);
    fresh.push(toHex(first.subarray(0, 32)), toHex(first.subarray(32)));
  }
  assert.equal(new Set(fresh).size, fresh.length);
});

test('answers flaw 07: each secret and the transcript go through HKDF into both keys', () => {
  const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
  const input: XXhfsInput = {
    prologue: hex(8),
    init_static: hex(32),
    init_ephemeral: hex(32),
    init_kem_seed: hex(64),
    resp_static: hex(32),
    resp_ephemeral: hex(32),
    resp_kem_randomness: hex(32),
    payloads: ['', '00', '00', '00'.repeat(32), '00'.repeat(32)],
  };
  /** What encrypts 32 zeros in each direction: the key stream of its key. */
  const keyStreams = (changed: Partial<XXhfsInput>): string[] =>
    runXXhfs({ ...input, ...changed }, nodeCrypto, nodeCrypto)
      .messages.slice(3)
      .map(({ ciphertext }) => ciphertext);
  const changes = Object.entries(input).filter(([name]) => name !== 'prologue' && name !== 'payloads');
  assert.equal(changes.length, 6);
  const all = [{}, ...changes.map(([name, value]) => ({ [name]: hex(String(value).length / 2) }))].flatMap(keyStreams);
  assert.equal(new Set(all).size, all.length, 'none can be changed without both keys changing');

  const dh = (secret: string, peer: string): Uint8Array =>
    nodeCrypto.x25519.sharedSecret(Buffer.from(secret, 'hex'), nodeCrypto.x25519.publicKey(Buffer.from(peer, 'hex')));
  const { init_ephemeral: e, resp_ephemeral: re, init_static: s, resp_static: rs } = input;
  for (const secret of [dh(e, re), dh(e, rs), dh(s, re)]) {
    for (const hash of ['sha256', 'sha512']) {
      const truncated = createHash(hash).update(secret).digest().subarray(0, 32);
      const cipher = createCipheriv('chacha20-poly1305', truncated, Buffer.alloc(12), { authTagLength: 16 });
      assert.ok(
        !all.some((stream) => stream.startsWith(cipher.update(Buffer.alloc(32)).toString('hex'))),
        'no key is a hash of one secret',
      );
    }
  }
});
