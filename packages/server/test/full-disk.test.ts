import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ACK_WAIT_MS, Opcode } from '@parley/protocol';
import { ListRequestSchema, MessageSchema } from '@parley/protocol/wire';
import { createLog, createServer, DATABASE, openSqliteStore, type Store, StoreError, silentLog } from '../src/index.ts';
import { isReading } from '../src/store/store.ts';
import { TestClient } from './support/client.ts';
import { ManualClock } from './support/manual-clock.ts';
import { messageOf, sendAndReceive, TestServer, talk } from './support/server.ts';
import { tempFolder } from './support/temp-folder.ts';

/** What a server does while its store says that the disk is full. (e2e/resilience fills real disks.) */

/** A server on a store that has no space while `disk.isFull`, and whose clock stands still. */
async function start(t: TestContext) {
  const disk = { isFull: false, refused: 0 };
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  const sqlite = await openSqliteStore(join(dataFolder, DATABASE));
  const store = new Proxy<Store>(sqlite, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        if (disk.isFull && !isReading(name) && name !== 'close') {
          disk.refused += 1;
          throw new StoreError('full', 'the disk is full');
        }
        return method.apply(target, args);
      };
    },
  });
  const clock = new ManualClock();
  const lines: string[] = [];
  const logger = createLog({ level: 'warn', write: (line) => lines.push(line) });
  const server = await TestServer.start(t, { dataFolder, store, clock, logger });
  let errors = 0;
  server.server.on('error', () => {
    errors += 1;
  });
  return { server, clock, disk, lines, errors: () => errors };
}

async function talking(t: TestContext) {
  const started = await start(t);
  const alice = await started.server.register('alice');
  const bob = await started.server.register('bob');
  const conversation = await talk(alice, bob);
  await sendAndReceive(alice, bob, conversation, 'first');
  await takenUp(bob);
  return { ...started, alice, bob, conversation };
}

async function takenUp(client: TestClient): Promise<void> {
  await client.request(Opcode.LIST, ListRequestSchema, {});
}

/** Everything that has been rejected or resolved is taken up. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

test('answers what finds no space with server_busy and a time, and goes on when there is space', async (t) => {
  const { server, disk, alice, bob, conversation, errors } = await talking(t);
  await bob.leave();
  disk.isFull = true;
  const { code, retryAfterMs } = await alice.error(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'lost?'));
  assert.deepEqual([code, retryAfterMs], ['server_busy', 5_000]);
  assert.equal(await alice.socket.closed, 1008);

  disk.isFull = false;
  const again = await server.logIn(alice.account);
  await again.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'kept'));
  const back = await server.logIn(bob.account);
  const { ciphertext } = await back.nextBody(Opcode.MESSAGE, MessageSchema);
  assert.equal(new TextDecoder().decode(ciphertext), 'kept');
  assert.equal(errors(), 0);
});

test('answers a login that finds no space with server_busy, and takes it when there is space', async (t) => {
  const { server, disk, alice } = await talking(t);
  await alice.leave();
  disk.isFull = true;
  assert.equal(await TestClient.refusal(server.port, alice.account), 'server_busy');
  disk.isFull = false;
  await takenUp(await server.logIn(alice.account));
});

test('two who are on line go on talking while nothing can be written', async (t) => {
  const { disk, clock, alice, bob, conversation } = await talking(t);
  disk.isFull = true;
  for (let i = 0; i < 20; i += 1) {
    await sendAndReceive(alice, bob, conversation, `there ${i}`);
    await sendAndReceive(bob, alice, conversation, `back ${i}`);
    clock.advance(1_000);
  }
  await settled();
  assert.ok(disk.refused > 0, 'ACKs were to be written');
  await takenUp(alice);
  await takenUp(bob);
});

test('writes an ACK that found no space when there is space', async (t) => {
  const { server, disk, clock, alice, bob, conversation } = await talking(t);
  disk.isFull = true;
  await sendAndReceive(alice, bob, conversation, 'hi');
  await takenUp(bob);
  // The ACK before this one may still be under way: only after it the wait begins.
  for (let waits = 0; waits < 100 && disk.refused === 0; waits += 1) {
    clock.advance(5_000);
    await settled();
  }
  assert.ok(disk.refused > 0);
  disk.isFull = false;
  clock.advance(5_000);
  await settled();
  // A position below the last ACK on disk is one that the server does not know any more.
  bob.socket.terminate();
  const old = await server.logIn(bob.account, { position: 1n });
  assert.equal((await old.nextError()).code, 'state_mismatch');
});

test('a message that was pushed and can be neither ACKed nor written has no OK until it was written, and arrives once', async (t) => {
  const { server, disk, clock, alice, bob, conversation } = await talking(t);
  disk.isFull = true;
  let isAnswered = false;
  const sending = alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'held')).finally(() => {
    isAnswered = true;
  });
  await bob.next(Opcode.MESSAGE);
  bob.socket.terminate();
  for (let waits = 0; waits < 30; waits += 1) {
    clock.advance(ACK_WAIT_MS);
    await settled();
  }
  await takenUp(alice);
  assert.equal(isAnswered, false);

  disk.isFull = false;
  clock.advance(2_000);
  await sending;
  const back = await server.logIn(bob.account);
  const { ciphertext } = await back.nextBody(Opcode.MESSAGE, MessageSchema);
  assert.equal(new TextDecoder().decode(ciphertext), 'held');
  assert.equal(back.waiting(Opcode.MESSAGE), 0);
});

test('says once a minute that the disk is full, whatever is refused, and once that it has space again', async (t) => {
  const { server, disk, clock, lines } = await start(t);
  const alice = await server.register('alice');
  await alice.leave();
  disk.isFull = true;
  for (let i = 0; i < 30; i += 1) await TestClient.refusal(server.port, alice.account);
  clock.advance(61_000);
  for (let i = 0; i < 5; i += 1) await TestClient.refusal(server.port, alice.account);
  disk.isFull = false;
  await server.logIn(alice.account);
  const said = lines.map((line) => JSON.parse(line)).map(({ msg, count }) => `${msg} (${count})`);
  assert.deepEqual(said, [
    'the disk is full: nothing is written until there is space (1)',
    'the disk is full: nothing is written until there is space (31)',
    'the disk has space again (35)',
  ]);
});

test('renews its revocation list although old mailboxes could not be dropped', async (t) => {
  const { server, disk, clock } = await start(t);
  const crl = (): Promise<string> => readFile(join(server.dataFolder, 'crl.pem'), 'latin1');
  const before = await crl();
  disk.isFull = true;
  clock.set(4 * 24 * 3_600_000);
  clock.advance(3_600_000);
  while ((await crl()) === before) await settled();
});

test('does not start where the disk is full, and says so', async (t) => {
  const dataFolder = await tempFolder(t);
  const store = await openSqliteStore(join(dataFolder, DATABASE));
  store.raiseGeneration = () => Promise.reject(new StoreError('full', 'the disk is full'));
  const config = { dataFolder, host: '127.0.0.1', port: 0, names: ['localhost'], logger: silentLog, store };
  await assert.rejects(createServer(config), { name: 'StoreError', reason: 'full' });
});
