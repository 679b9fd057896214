import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fromHex } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { parseCertificate } from '@parley/protocol/x509';
import { readCaPin } from '../../src/authority/authority.ts';
import { AuthorityError } from '../../src/authority/authority-error.ts';
import { decodeKeyPem, encodeKeyPem } from '../../src/authority/pem.ts';
import { checkAsClient, Folder } from './folder.ts';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

const mode = (file: string) => statSync(join(folder.path, file)).mode & 0o777;
const refusesToOpen = (file: string) =>
  assert.rejects(folder.open(), (error) => error instanceof AuthorityError && error.message.includes(file));

describe('the first start', () => {
  test('makes a CA, a server certificate and a CRL that openssl verifies', async () => {
    await folder.open();
    assert.match(folder.verify(), /server\.pem: OK/);
  });
  test('makes what a client accepts under each name', async () => {
    const authority = await folder.open({ names: ['localhost', 'Chat.Example', '127.0.0.1', '::1'] });
    for (const name of ['localhost', 'chat.example', '127.0.0.1', '::1']) await checkAsClient(authority, { name });
  });
  test('keeps keys and folder from others', async () => {
    chmodSync(folder.path, 0o755);
    await folder.open();
    assert.deepEqual([mode('.'), mode('ca.key'), mode('server.key')], [0o700, 0o600, 0o600]);
  });
  test('leaves nothing unfinished behind', async () => {
    await folder.open();
    const files = readdirSync(folder.path).sort();
    assert.deepEqual(files, ['ca.key', 'ca.pem', 'crl.pem', 'issued.json', 'server.key', 'server.pem']);
  });
  test('makes keys that openssl reads', async () => {
    const authority = await folder.open();
    folder.openssl('pkey', '-in', 'ca.key', '-out', 'copy.key');
    assert.equal(folder.read('copy.key'), folder.read('ca.key'));
    folder.openssl('pkey', '-in', 'server.key', '-pubout', '-outform', 'DER', '-out', 'server.pub');
    assert.equal(folder.read('server.pub').slice(-32), Buffer.from(authority.channelKey.publicKey).toString('latin1'));
  });
  test('refuses to start without names, or with names that are none', async () => {
    await assert.rejects(folder.open({ names: [] }), AuthorityError);
    await assert.rejects(folder.open({ names: ['local host'] }), AuthorityError);
  });
});

describe('a later start', () => {
  test('changes nothing', async () => {
    const files = ['ca.key', 'ca.pem', 'crl.pem', 'issued.json', 'server.key', 'server.pem'];
    const first = await folder.open();
    const before = files.map((file) => folder.read(file));
    const second = await folder.open();
    assert.deepEqual(
      files.map((file) => folder.read(file)),
      before,
    );
    assert.deepEqual(second.caPin, first.caPin);
    assert.deepEqual(await readCaPin(folder.path), first.caPin);
    assert.deepEqual(folder.warnings, []);
  });
  for (const missing of [
    ['ca.pem'],
    ['server.pem'],
    ['crl.pem'],
    ['server.key'],
    ['server.key', 'server.pem'],
    ['ca.pem', 'server.key', 'crl.pem'],
  ]) {
    test(`finishes an interrupted one that left no ${missing.join(', no ')}`, async () => {
      const { caPin } = await folder.open();
      for (const file of missing) folder.remove(file);
      await checkAsClient(await folder.open(), { pin: caPin });
      assert.match(folder.verify(), /OK/);
    });
  }
  test('makes the CRL number rise when it has to make a new CRL', async () => {
    assert.equal(await checkAsClient(await folder.open()), 1n);
    folder.remove('crl.pem');
    assert.equal(await checkAsClient(await folder.open()), 2n);
  });
  test('makes another certificate for other names', async () => {
    const before = (await (await folder.open()).hello()).certificates.serverCertificate;
    const authority = await folder.open({ names: ['chat.example'] });
    await checkAsClient(authority, { name: 'chat.example' });
    assert.notDeepEqual((await authority.hello()).certificates.serverCertificate, before);
    assert.match(folder.verify(), /OK/);
  });

  const unusable: Record<string, string> = {
    'ca.pem': 'nothing',
    'server.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    'crl.pem': '-----BEGIN CRL-----\nAAAA\n-----END CRL-----\n',
    'ca.key': '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    'server.key': '',
  };
  for (const [file, text] of Object.entries(unusable)) {
    test(`refuses a ${file} that cannot be read`, async () => {
      await folder.open();
      folder.write(file, text);
      await refusesToOpen(file);
    });
  }
  test('refuses a server.key of another kind', async () => {
    await folder.open();
    folder.write('server.key', folder.read('ca.key'));
    await refusesToOpen('server.key');
  });
  test('refuses a ca.key with a passphrase, without asking for it', async () => {
    await folder.open();
    folder.openssl('pkey', '-in', 'ca.key', '-aes256', '-passout', 'pass:secret', '-out', 'sealed.key');
    folder.write('ca.key', folder.read('sealed.key'));
    await refusesToOpen('ca.key');
  });
  test('refuses a bundle of over 32 KB', async () => {
    await folder.open();
    folder.revokeByHand(
      Array.from({ length: 1_000 }, (_, index) => (0x10000000000000000000000000000000n + BigInt(index)).toString(16)),
      '10',
    );
    await refusesToOpen('crl.pem');
  });
  test('refuses a file that is larger than any bundle could be', async () => {
    await folder.open();
    folder.write('ca.pem', ' '.repeat(300_000) + folder.read('ca.pem'));
    await refusesToOpen('ca.pem');
  });
  test('refuses an operator’s certificate without its key', async () => {
    await folder.open();
    folder.certify('DNS:localhost');
    folder.remove('server.key');
    await refusesToOpen('server.key');
  });
  test('refuses to go on without a certificate, a CRL or the key to make them', async () => {
    await folder.open();
    const kept = folder.read('crl.pem');
    folder.remove('ca.key');
    folder.remove('crl.pem');
    await refusesToOpen('crl.pem');
    folder.write('crl.pem', kept);
    folder.remove('server.pem');
    await refusesToOpen('server.pem');
  });
});

describe('key files', () => {
  test('hold the key of RFC 8410, section 10.3, as that writes it', () => {
    const seed = fromHex('d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842');
    const pem =
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n';
    assert.equal(encodeKeyPem('ed25519', seed), pem);
    assert.deepEqual(decodeKeyPem(nodeCrypto, 'ed25519', pem, 'ca.key').secret, seed);
  });
  test('may have attributes and a public key, as RFC 8410 allows', () => {
    const pem =
      '-----BEGIN PRIVATE KEY-----\nMHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\noB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\nZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n';
    const { publicKey } = decodeKeyPem(nodeCrypto, 'ed25519', pem, 'ca.key');
    assert.deepEqual(publicKey, fromHex('19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1'));
  });
  test('never show up in an error', async () => {
    const { publicKey } = await folder.open().then((authority) => authority.channelKey);
    assert.equal(publicKey.length, 32);
    const key = folder.read('ca.key').split('\n')[1] as string;
    folder.write('ca.key', folder.read('ca.key').replace('MC4', 'MC5'));
    await assert.rejects(
      folder.open(),
      (error) => error instanceof AuthorityError && !`${error.stack} ${error.cause}`.includes(key.slice(4)),
    );
  });
  test('belong to the certificates', async () => {
    const authority = await folder.open();
    const { certificates } = await authority.hello();
    assert.deepEqual(parseCertificate(certificates.serverCertificate).publicKey, authority.channelKey.publicKey);
  });
});
