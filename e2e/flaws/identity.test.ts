import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { checkServer, Opcode, type ServerCheck, ServerCheckError, seedFromPhrase } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { RttSchema, UserQuerySchema } from '@parley/protocol/wire';
import { OpensslAuthority } from '../../packages/protocol/test/identity/openssl.ts';
import { Account, rttOf } from '../../packages/server/test/support/account.ts';
import { TestClient } from '../../packages/server/test/support/client.ts';
import { TestServer } from '../../packages/server/test/support/server.ts';
import { findInFolder, keyCanaries, textCanaries } from '../support/canaries.ts';
import { PASSPHRASE, parley } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { World } from '../support/world.ts';

const DAY_MS = 86_400_000;

test('answers flaw 11: a certificate of the right CA must be for this name, of this time, and on no CRL, which must be fresh', {
  skip: unlessInstalled('openssl'),
}, () => {
  const authority = new OpensslAuthority({ days: 100 });
  try {
    const good = {
      serverCertificate: authority.certify({ days: 50, serial: '1001' }),
      caCertificate: authority.caCertificate,
      crl: authority.revoke(['77']),
      versions: [1],
    };
    const expected = {
      pin: authority.pin,
      name: 'localhost',
      nowMs: Date.now(),
      lowestCrlNumber: 0n,
      channelKey: authority.publicKey(),
    };
    checkServer(nodeCrypto, good, expected);
    const refusal = (change: { hello?: Partial<typeof good>; expected?: Partial<typeof expected> }): ServerCheck | undefined => {
      try {
        checkServer(nodeCrypto, { ...good, ...change.hello }, { ...expected, ...change.expected });
        return undefined;
      } catch (error) {
        assert.ok(error instanceof ServerCheckError, String(error));
        return error.check;
      }
    };
    const inDays = (days: number) => ({ expected: { nowMs: Date.now() + days * DAY_MS } });
    assert.equal(refusal({ expected: { name: 'other.example' } }), 'name');
    assert.equal(refusal(inDays(60)), 'validity');
    assert.equal(refusal(inDays(10)), 'crl_expired');
    assert.equal(refusal({ hello: { crl: authority.revoke(['77', '1001']) } }), 'revoked');
  } finally {
    authority.remove();
  }
});

test('answers flaw 12: keys lie sealed in files for their owner alone, and none is in the repository', async () => {
  await using world = await World.start();
  const { phrase } = await world.join('alice-in-the-reeds');
  const folder = world.clientFolder('alice-in-the-reeds');
  const files = globSync('**/*', { cwd: folder }).filter((file) => statSync(join(folder, file)).isFile());
  assert.ok(files.length > 0);
  for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o077, 0, file);
  const secrets = [
    ...keyCanaries('the identity seed', seedFromPhrase(phrase)),
    ...textCanaries(phrase.split(' ').slice(0, 4).join(' ')),
    ...textCanaries(PASSPHRASE),
  ];
  assert.deepEqual(findInFolder(secrets, folder), []);
  for (const key of ['ca.key', 'server.key']) assert.equal(statSync(join(world.serverFolder, key)).mode & 0o077, 0, key);

  const root = resolve(import.meta.dirname, '../..');
  const ours = globSync('{packages,e2e,bench,scripts,docs,proto}/**/*', {
    cwd: root,
    exclude: (name) => name === 'node_modules' || name === 'dist' || name === 'parley-data',
  }).filter((file) => statSync(join(root, file)).isFile());
  assert.ok(ours.length > 500);
  const holdsKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{40}/;
  assert.deepEqual(
    ours.filter((file) => holdsKey.test(readFileSync(join(root, file), 'latin1'))),
    [],
  );
});

test('answers flaw 13: a name that is a path is refused before it is used for anything', async (t) => {
  await using world = await World.start();
  const before = globSync('**/*', { cwd: world.folder }).sort();
  const paths = ['../../etc/passwd', '..', '/etc/passwd', 'a/b', 'alice/../bob', '.alice', 'alice%2f..'];
  for (const name of paths) {
    const { code, stderr } = await parley(['join', world.invite, name, '--json', '--data', join(world.folder, 'clients')]);
    assert.equal(code, 2, `${name}: ${stderr}`);
  }
  const server = await TestServer.start(t);
  for (const [index, name] of paths.entries()) {
    const mallory = await server.register(`mallory${index}`);
    assert.equal((await mallory.error(Opcode.USER, UserQuerySchema, { username: name })).code, 'malformed', name);
    const account = new Account('mallory');
    assert.equal(await TestClient.refusal(server.port, account, { username: name }), 'auth_failed', name);
  }
  assert.deepEqual(globSync('**/*', { cwd: world.folder }).sort(), before);
});

test('answers flaw 21: names are compared whole', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const mallory = await server.register('mallory');
  for (const name of ['al', 'alic', 'alice2', 'lice']) {
    assert.equal((await mallory.error(Opcode.USER, UserQuerySchema, { username: name })).code, 'unknown_user', name);
    assert.equal((await mallory.error(Opcode.RTT, RttSchema, rttOf(mallory.account, name))).code, 'unknown_user', name);
    assert.equal(await TestClient.refusal(server.port, alice.account, { username: name }), 'auth_failed', name);
  }
  await (await server.register('al')).leave(); // another user, although alice is there
});
