import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { toHex } from '@parley/protocol';
import type { Authority } from '../../src/authority/authority.ts';
import { checkAsClient, DAY, Folder, isCheck } from './folder.ts';

let folder: Folder;
let authority: Authority;
beforeEach(async () => {
  folder = new Folder();
  authority = await folder.open();
});
afterEach(() => folder.remove());

/** Served at the next handshake, and after a restart; and never written over, whatever its age. */
async function isServed(
  file: 'server.pem' | 'crl.pem' | 'ca.pem',
  assertion: (authority: Authority) => Promise<unknown>,
): Promise<void> {
  const text = folder.read(file);
  await assertion(authority);
  authority = await folder.open();
  await assertion(authority);
  await authority.renewIfDue(Date.now() + 2_000 * DAY);
  assert.equal(folder.read(file), text);
}

describe('what an operator puts in the folder', () => {
  test('a CRL with the server’s serial on it is served: the client says revoked', async () => {
    folder.certify('DNS:localhost');
    folder.revokeByHand(['1001'], '05');
    await isServed('crl.pem', (served) => assert.rejects(checkAsClient(served), isCheck('revoked')));
  });
  test('a certificate that has expired is served: the client says validity', async () => {
    folder.certify('DNS:localhost', '-days', '-1');
    await isServed('server.pem', (served) => assert.rejects(checkAsClient(served), isCheck('validity')));
  });
  test('a certificate for another name is served: the client says name', async () => {
    folder.certify('DNS:other.example');
    await isServed('server.pem', (served) => assert.rejects(checkAsClient(served), isCheck('name')));
  });
  test('another CA is served: the client says ca_pin', async () => {
    const pin = authority.caPin;
    const other = new Folder();
    await other.open();
    for (const file of ['ca.pem', 'server.pem', 'crl.pem']) folder.write(file, other.read(file));
    other.remove();
    await isServed('ca.pem', (served) => assert.rejects(checkAsClient(served, { pin }), isCheck('ca_pin')));
  });
  test('another certificate by openssl is served: the client accepts it', async () => {
    folder.certify('DNS:localhost', '-days', '100');
    await isServed('server.pem', (served) => checkAsClient(served));
  });
  test('another certificate and key are served together', async () => {
    folder.openssl('genpkey', '-algorithm', 'x25519', '-out', 'server.key');
    folder.certify('DNS:localhost', '-days', '100');
    const before = toHex(authority.channelKey.publicKey);
    await isServed('server.pem', (served) => checkAsClient(served));
    assert.notEqual(toHex(authority.channelKey.publicKey), before);
  });
  test('a CRL without a number counts as number 0', async () => {
    folder.revokeByHand([], '05');
    folder.write('ca.cnf', '[ca]\ndefault_ca=this\n[this]\ndatabase=index.txt\ndefault_md=default\n');
    folder.openssl(
      'ca',
      '-config',
      'ca.cnf',
      '-gencrl',
      '-keyfile',
      'ca.key',
      '-cert',
      'ca.pem',
      '-crldays',
      '5',
      '-out',
      'crl.pem',
    );
    await isServed('crl.pem', async (served) => {
      assert.equal(await checkAsClient(served), 0n);
      await assert.rejects(checkAsClient(served, { lowestCrlNumber: 1n }), isCheck('crl_rollback'));
    });
  });
  test('text above a PEM block does not matter', async () => {
    folder.write('server.pem', `Certificate:\n    Data:\n${folder.read('server.pem')}`);
    await checkAsClient(authority);
  });
  test('is served as soon as it is there, to handshakes at the same time too', async () => {
    for (let round = 0; round < 5; round++) {
      folder.certify(round % 2 === 0 ? 'DNS:other.example' : 'DNS:localhost');
      const results = await Promise.allSettled([1, 2, 3].map(() => checkAsClient(authority)));
      for (const { status } of results) assert.equal(status, round % 2 === 0 ? 'rejected' : 'fulfilled');
    }
  });
  test('a warning tells when it ends', async () => {
    folder.certify('DNS:localhost', '-days', '10');
    await authority.renewIfDue(Date.now());
    assert.match(folder.warnings.join(), /server\.pem ends soon/);
  });

  for (const file of ['ca.pem', 'server.pem', 'crl.pem', 'server.key', 'ca.key']) {
    test(`a damaged ${file} leaves a running server with the former one, and a warning for each change`, async () => {
      const before = await authority.hello();
      folder.write(file, 'damaged');
      assert.deepEqual(await authority.hello(), before);
      await authority.hello();
      assert.equal(folder.warnings.length, 1);
      assert.ok(folder.warnings[0]?.startsWith(file));
      folder.write(file, 'damaged again');
      await authority.hello();
      assert.equal(folder.warnings.length, 2);
    });
  }
  test('a file that is taken away leaves a running server with the former one', async () => {
    const before = await authority.hello();
    folder.remove('crl.pem');
    assert.deepEqual(await authority.hello(), before);
    assert.equal(folder.warnings.length, 1);
  });
  test('a file that is repaired is served again', async () => {
    folder.certify('DNS:other.example');
    const good = folder.read('server.pem');
    folder.write('server.pem', good.slice(0, 100));
    await checkAsClient(authority);
    folder.write('server.pem', good);
    await assert.rejects(checkAsClient(authority), isCheck('name'));
  });
});
