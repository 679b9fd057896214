import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type CryptoProvider, Opcode } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { ListRequestSchema, MessageSchema } from '@parley/protocol/wire';
import { logIn } from '../../packages/protocol/test/channel/pair.ts';
import { TestClient } from '../../packages/server/test/support/client.ts';
import { RawChannel } from '../../packages/server/test/support/raw-channel.ts';
import { RawSocket } from '../../packages/server/test/support/raw-socket.ts';
import { messageOf, pair, sendAndReceive, TestServer, talk } from '../../packages/server/test/support/server.ts';
import { closed, openTcp, upgradeRequest } from '../../packages/server/test/support/tcp.ts';
import { Witness } from '../../packages/server/test/support/witness.ts';
import { cpuShare } from '../support/cpu-time.ts';
import { unlessMeasurable } from '../support/memory.ts';
import { ServerGround } from './server-ground.ts';

/** Whoever spins takes a whole core, or half of one on a busy machine; who waits takes next to nothing. */
const AT_REST = 0.2;
const MEASURED_SECONDS = 2;

test('answers flaw 14: nothing that a peer sends ends the process', async () => {
  await using ground = await ServerGround.start();
  const { server } = ground;
  const mallory = await ground.register('mallory');
  for (const bytes of [randomBytes(5_000), Buffer.alloc(5_000), Buffer.from(`GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(100)}\r\n`)]) {
    const socket = await openTcp(server.port);
    socket.end(bytes);
    await closed(socket);
  }
  for (const message of ['text', randomBytes(1_216), randomBytes(65_536), Buffer.alloc(0)]) {
    const socket = await RawSocket.open(server.port);
    socket.send(message);
    await socket.closed;
  }
  const opcodes = [...Object.values(Opcode), 13, 15, 16, 21, 99, 255];
  for (const opcode of opcodes) {
    for (const body of [
      Buffer.alloc(0),
      randomBytes(50),
      Buffer.alloc(300, 0xff),
      Buffer.from('0a80808080808080808001', 'hex'),
    ]) {
      const client = await TestClient.logIn(server.port, mallory);
      client.sendFrame(opcode, 1, body);
      client.sendFrame(Opcode.QUIT, 2, Buffer.alloc(0));
      await client.socket.closed;
    }
  }
  assert.ok(server.running);
  await ground.stillServes();
});

test('answers flaw 15: a peer that goes while it is sent to ends nothing, and what a socket takes in parts arrives whole', async (t) => {
  await using ground = await ServerGround.start();
  const { server } = ground;
  const mallory = await ground.register('mallory');
  for (let i = 0; i < 20; i += 1) {
    const client = await TestClient.logIn(server.port, mallory);
    for (let asked = 0; asked < 200; asked += 1) client.send(Opcode.LIST, ListRequestSchema, {});
    client.socket.terminate();
  }
  await ground.stillServes();

  const { alice, bob } = await pair(t, { limits: { maxUnackedBytes: 64 * 1_024 * 1_024, maxSocketBuffer: 64 * 1_024 * 1_024 } });
  const conversation = await talk(alice, bob);
  bob.socket.pause();
  const text = 'x'.repeat(100_000);
  const count = 200; // more than any socket takes at once
  for (let i = 0; i < count; i += 1) await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, `${i} ${text}`));
  bob.socket.resume();
  for (let i = 0; i < count; i += 1) {
    const { ciphertext } = await bob.nextBody(Opcode.MESSAGE, MessageSchema);
    assert.equal(new TextDecoder().decode(ciphertext), `${i} ${text}`);
  }
});

test('answers flaw 16: half of anything costs no processor while the rest does not come', {
  skip: unlessMeasurable(),
}, async () => {
  await using ground = await ServerGround.start();
  const { server } = ground;
  const halfHeader = await openTcp(server.port);
  halfHeader.write(upgradeRequest().slice(0, 60));
  const halfFrame = await openTcp(server.port);
  halfFrame.write(upgradeRequest());
  halfFrame.write(Uint8Array.of(0x82, 0xfe, 0x04, 0xc0, 1, 2, 3, 4, 9)); // the first byte of a masked message of 1,216
  const channel = await RawChannel.logIn(server.port, await ground.register('mallory'));
  channel.sendStream(Uint8Array.of(Opcode.LIST, 0x0f, 0xff, 0xff, 0, 0, 0, 1, 9)); // the first byte of a frame of 1 MiB
  const share = await cpuShare(server.pid, MEASURED_SECONDS);
  assert.ok(share < AT_REST, `${share} of a processor`);
  await ground.stillServes();
  for (const socket of [halfHeader, halfFrame]) socket.destroy();
});

test('answers flaw 17: sockets that say nothing are let go at their deadline, and keep nobody out until then', async (t) => {
  const server = await TestServer.start(t, { limits: { maxHandshakesInProgress: 20, handshakeTimeoutMs: 3_000 } });
  const witness = await Witness.start(server);
  const gone: Promise<unknown>[] = [];
  for (let i = 0; i < 40; i += 1) gone.push(closed(await openTcp(server.port)));
  for (let i = 0; i < 10; i += 1) gone.push((await RawSocket.open(server.port)).closed);
  await server.register('alice');
  await witness.check();
  await Promise.all(gone);
  await server.register('bob');
});

test('answers flaw 18: a server whose users say nothing does nothing', { skip: unlessMeasurable() }, async () => {
  await using ground = await ServerGround.start();
  for (let i = 0; i < 20; i += 1) await TestClient.logIn(ground.server.port, await ground.register(`idle${i}`));
  const share = await cpuShare(ground.server.pid, MEASURED_SECONDS);
  assert.ok(share < AT_REST, `${share} of a processor`);
  await ground.stillServes();
});

test('answers flaw 26: packets leave nothing behind in memory, and keys are zeros once a session is over', async (t) => {
  const keys: Uint8Array[] = [];
  const noted = (key: Uint8Array): Uint8Array => {
    keys.push(key);
    return key;
  };
  const { seal, open } = nodeCrypto.chacha20poly1305;
  const watched: CryptoProvider = {
    ...nodeCrypto,
    chacha20poly1305: {
      seal: (key, ...rest) => seal(noted(key), ...rest),
      open: (key, ...rest) => open(noted(key), ...rest),
    },
  };
  const { client, server } = logIn(watched);
  client.queue(Opcode.LIST, 1, new Uint8Array(10));
  for (const record of client.flush()) assert.equal(server.open(record).length, 1);
  assert.ok(
    keys.some((key) => key.some((byte) => byte !== 0)),
    'keys are seen while they live',
  );
  client.close();
  server.close();
  assert.ok(keys.every((key) => key.every((byte) => byte === 0)));

  const { alice, bob } = await pair(t);
  const conversation = await talk(alice, bob);
  const exchange = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i += 1) await sendAndReceive(alice, bob, conversation, 'x'.repeat(1_000));
    return memoryInUse();
  };
  await exchange(2_000);
  const [before, after] = [await exchange(500), await exchange(5_000)];
  assert.ok(after - before < 2_000_000, `${after - before} bytes more after 5,000 messages of 1,000 bytes`);
});

/** Bytes of this process that are not garbage, server and clients alike. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
