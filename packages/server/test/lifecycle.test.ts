import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Opcode, parseInvite } from '@parley/protocol';
import {
  KeysRequestSchema,
  ListRequestSchema,
  MessageSchema,
  QuitSchema,
  SettingsSchema,
  UserQuerySchema,
} from '@parley/protocol/wire';
import { createLog, createServer, DATABASE, openSqliteStore, type Store, silentLog } from '../src/index.ts';
import { Account } from './support/account.ts';
import { TestClient } from './support/client.ts';
import { RawSocket } from './support/raw-socket.ts';
import { messageOf, sendAndReceive, TestServer, talk } from './support/server.ts';
import { tempFolder } from './support/temp-folder.ts';
import { Witness } from './support/witness.ts';

test('QUIT is answered after everything that was asked before', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  const replies = Promise.all([1, 2, 3].map((i) => alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, `${i}`))));
  await alice.leave();
  await replies;
  assert.equal((await alice.nextBody(Opcode.QUIT, QuitSchema)).reason, 'bye');
  const { body } = await bob.request(Opcode.LIST, ListRequestSchema, {});
  assert.ok(!Buffer.from(body).includes('alice'));
});

test('says that a data folder cannot be written where it cannot take the lock', async (t) => {
  const dataFolder = await tempFolder(t);
  await mkdir(join(dataFolder, 'server.lock'));
  const config = { host: '127.0.0.1', port: 0, names: ['localhost'], logger: silentLog, dataFolder };
  await assert.rejects(createServer(config), { name: 'FolderError', message: /cannot be written \(.*choose another one$/ });
});

test('refuses a data folder that another server runs on, and takes it once that one has stopped', async (t) => {
  const first = await TestServer.start(t);
  const config = { host: '127.0.0.1', port: 0, names: ['localhost'], logger: silentLog, dataFolder: first.dataFolder };
  await assert.rejects(createServer(config), { name: 'FolderInUseError' });
  await (await Witness.start(first)).check();
  await first.server.close();
  await (await createServer(config)).close();
});

test('whoever vanishes without a word is off line, and others go on', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  await talk(alice, bob);
  await alice.next(Opcode.PRESENCE);
  bob.socket.terminate();
  await alice.next(Opcode.PRESENCE);
  await witness.check();
});

test('says QUIT shutting_down to everybody, and lets go of the port', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const half = await RawSocket.open(server.port);
  await Promise.all([server.server.close(), server.server.close()]);
  assert.equal((await alice.nextBody(Opcode.QUIT, QuitSchema)).reason, 'shutting_down');
  assert.equal(await alice.socket.closed, 1001);
  await half.closed;
  await assert.rejects(RawSocket.open(server.port));
});

test('what had its OK is there after the server was started again', async (t) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  const first = await TestServer.start(t, { dataFolder });
  const alice = await first.register('alice');
  const bob = await first.register('bob');
  const conversation = await talk(alice, bob);
  await bob.leave();
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'kept'));
  const { caPin } = first.server;
  await first.server.close();

  const second = await TestServer.start(t, { dataFolder });
  assert.deepEqual(second.server.caPin, caPin);
  const bobAgain = await second.logIn(bob.account);
  const { ciphertext } = await bobAgain.nextBody(Opcode.MESSAGE, MessageSchema);
  assert.equal(new TextDecoder().decode(ciphertext), 'kept');
  const aliceAgain = await second.logIn(alice.account);
  await sendAndReceive(aliceAgain, bobAgain, conversation, 'and it goes on');
});

test('two servers run in one process without knowing of each other', async (t) => {
  const one = await TestServer.start(t);
  const two = await TestServer.start(t);
  assert.notEqual(one.port, two.port);
  const alice = await one.register('alice');
  const other = await two.register('alice'); // another alice
  assert.deepEqual(alice.users.online, ['alice']);
  assert.deepEqual(other.users.online, ['alice']);
  assert.equal(await TestClient.refusal(two.port, alice.account), 'auth_failed');
  await one.server.close();
  await other.request(Opcode.LIST, ListRequestSchema, {});
});

test('cannot start where the port is taken, and leaves nothing open', async (t) => {
  const server = await TestServer.start(t);
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  const config = { dataFolder, host: '127.0.0.1', port: server.port, names: ['localhost'], logger: silentLog };
  await assert.rejects(createServer(config), { code: 'EADDRINUSE' });
  await TestServer.start(t, { dataFolder });
});

test('keeps its folder and its files from other users of the machine', async (t) => {
  const folder = join(await tempFolder(t), 'data');
  await TestServer.start(t, { dataFolder: folder });
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  for (const file of ['ca.key', 'server.key', 'parley.db', 'server.json']) {
    assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600, file);
  }
});

test('names host, port and pin in its invites', async (t) => {
  const server = await TestServer.start(t, { names: ['parley.example'] });
  const { link, web, uses, expiresMs } = await server.server.createInvite({ uses: 2, lifetimeMs: 1_000 });
  const invite = parseInvite(link);
  assert.deepEqual(
    { ...invite, token: undefined },
    {
      tls: false,
      host: 'parley.example',
      port: server.port,
      caPin: server.server.caPin,
      token: undefined,
    },
  );
  assert.deepEqual(parseInvite(web), invite);
  assert.equal(uses, 2);
  assert.ok(expiresMs > Date.now() - 60_000);
  assert.match(server.server.caFingerprint, /^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
});

/** A data folder, and a store in it with one method that fails. */
async function failingStore(method: keyof Store, error: Error): Promise<{ dataFolder: string; store: Store }> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  const store = new Proxy(await openSqliteStore(join(dataFolder, DATABASE)), {
    get: (target, name, receiver) => (name === method ? () => Promise.reject(error) : Reflect.get(target, name, receiver)),
  });
  return { dataFolder, store };
}

test('an unexpected exception ends one session with `internal`, and no other', async (t) => {
  const server = await TestServer.start(t, await failingStore('publishKeys', new RangeError('no such luck')));
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  const publish = { what: { case: 'publish' as const, value: { lastResort: new Uint8Array(9) } } };
  const { code, detail } = await alice.error(Opcode.KEYS, KeysRequestSchema, publish);
  assert.deepEqual([code, detail], ['internal', 'something went wrong at the server']);
  assert.equal(await alice.socket.closed, 1008);
  await witness.check();
});

test('a broken store closes the server, with an error event', async (t) => {
  const server = await TestServer.start(t, await failingStore('setBlocked', new Error('the disk is gone')));
  const alice = await server.register('alice');
  const failed = new Promise<unknown>((resolve) => server.server.once('error', resolve));
  const closed = new Promise<void>((resolve) => server.server.once('close', resolve));
  const { code } = await alice.error(Opcode.SETTINGS, SettingsSchema, { change: { case: 'block', value: 'bob' } });
  assert.equal(code, 'internal');
  assert.match(String(await failed), /the disk is gone/);
  await closed;
  await assert.rejects(RawSocket.open(server.port));
});

test('logs no names, contents or tokens, whatever happens', async (t) => {
  const lines: string[] = [];
  const logger = createLog({ level: 'info', write: (line) => lines.push(line) });
  const server = await TestServer.start(t, { logger });
  const alice = await server.register('alicecanary');
  const bob = await server.register('bobcanary');
  const conversation = await talk(alice, bob);
  await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'contentcanary'));
  assert.equal(await TestClient.refusal(server.port, new Account('evecanary')), 'auth_failed');
  await alice.error(Opcode.USER, UserQuerySchema, { username: '../canary' });
  await bob.leave();
  await server.server.close();
  assert.ok(lines.length >= 5);
  assert.doesNotMatch(lines.join(''), /canary/);
  for (const line of lines) {
    const fields = Object.keys(JSON.parse(line));
    const allowed = [
      'level',
      'time',
      'msg',
      'connection',
      'session',
      'opcode',
      'code',
      'count',
      'ms',
      'host',
      'port',
      'generation',
      'error',
    ];
    assert.deepEqual(
      fields.filter((field) => !allowed.includes(field)),
      [],
    );
  }
});

test('speaks TLS 1.3 where it has a certificate', async (t) => {
  const folder = await tempFolder(t);
  const [keyFile, certificateFile] = [join(folder, 'tls.key'), join(folder, 'tls.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes'];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ...['-keyout', keyFile, '-out', certificateFile, ...subject],
  ]);
  const tls = { key: await readFile(keyFile, 'utf8'), certificate: await readFile(certificateFile, 'utf8') };
  const server = await TestServer.start(t, { tls });
  const alice = new Account('alice');
  const registration = alice.registration(await server.token());
  const client = await TestClient.logIn(server.port, alice, { registration, tls: true });
  assert.deepEqual(client.users.online, ['alice']);
  assert.match((await server.server.createInvite()).link, /^parleys:/);
  await assert.rejects(RawSocket.open(server.port)); // no TLS
  await client.request(Opcode.LIST, ListRequestSchema, {});
});
