import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { CRL_LIFETIME_MS, SERVER_CERTIFICATE_LIFETIME_MS } from '@parley/protocol';
import { parseCertificate, parseCrl } from '@parley/protocol/x509';
import type { Authority } from '../../src/authority/authority.ts';
import { AuthorityError } from '../../src/authority/authority-error.ts';
import { checkAsClient, DAY, Folder, isCheck } from './folder.ts';

let folder: Folder;
let authority: Authority;
const start = Date.now();
beforeEach(async () => {
  folder = new Folder();
  authority = await folder.open({ nowMs: start });
});
afterEach(() => folder.remove());

const crl = async () => parseCrl((await authority.hello()).certificates.crl);
const certificate = async () => parseCertificate((await authority.hello()).certificates.serverCertificate);
const ca = async () => parseCertificate((await authority.hello()).certificates.caCertificate);

describe('renewal', () => {
  test('leaves a CRL of seven days alone for three days', async () => {
    const before = folder.read('crl.pem');
    assert.equal((await crl()).nextUpdateMs! - (await crl()).thisUpdateMs, CRL_LIFETIME_MS);
    await authority.renewIfDue(start + 3 * DAY);
    assert.equal(folder.read('crl.pem'), before);
  });
  test('renews the CRL at half its life, with a higher number', async () => {
    for (let number = 2n, nowMs = start + 4 * DAY; number < 6n; number++, nowMs += 4 * DAY) {
      await authority.renewIfDue(nowMs);
      assert.equal((await crl()).number, number);
      assert.match(folder.verify(nowMs), /OK/);
      assert.equal(await checkAsClient(authority, { nowMs, lowestCrlNumber: number }), number);
    }
  });
  test('renews the server certificate in its last month, for the same key', async () => {
    const before = await certificate();
    assert.ok(Math.abs(before.notAfterMs - before.notBeforeMs - SERVER_CERTIFICATE_LIFETIME_MS) < 1_000);
    await authority.renewIfDue(start + 334 * DAY);
    assert.deepEqual((await certificate()).serial, before.serial);
    const nowMs = start + 336 * DAY;
    await authority.renewIfDue(nowMs);
    assert.notDeepEqual((await certificate()).serial, before.serial);
    assert.deepEqual((await certificate()).publicKey, before.publicKey);
    assert.match(folder.verify(nowMs), /OK/);
    await checkAsClient(authority, { nowMs });
  });
  test('renews at a start after a long rest, even of years', async () => {
    const nowMs = start + 800 * DAY;
    authority = await folder.open({ nowMs });
    await checkAsClient(authority, { nowMs });
    assert.match(folder.verify(nowMs), /OK/);
  });
  test('renews the CA certificate years before its end, under the same pin', async () => {
    const { caPin } = authority;
    const nowMs = start + 9 * 365 * DAY;
    await authority.renewIfDue(nowMs);
    assert.ok((await ca()).notAfterMs > nowMs + 9 * 365 * DAY);
    await checkAsClient(authority, { nowMs, pin: caPin });
    assert.match(folder.verify(nowMs), /OK/);
  });
  test('renews what it issued while its clock was ahead', async () => {
    authority = await folder.open({ nowMs: start + 5_000 * DAY });
    authority = await folder.open({ nowMs: start });
    await checkAsClient(authority);
    assert.match(folder.verify(), /OK/);
  });
  test('has what clients take as soon as its clock was set right, however wrong it was, with no wait for an hour', async () => {
    const { caPin } = authority;
    let lowestCrlNumber = 1n;
    for (const wrongMs of [start + 365 * DAY, Date.UTC(2106, 0, 1), Date.UTC(1970, 0, 2), start - 365 * DAY]) {
      await authority.renewIfInvalid(wrongMs);
      lowestCrlNumber = await checkAsClient(authority, { nowMs: wrongMs, pin: caPin, lowestCrlNumber });
      await authority.renewIfDue(wrongMs);
      await authority.renewIfInvalid(start);
      lowestCrlNumber = await checkAsClient(authority, { nowMs: start, pin: caPin, lowestCrlNumber });
      assert.match(folder.verify(start), /OK/);
    }
    assert.deepEqual(folder.warnings, []);
  });
  test('leaves what is valid alone at a handshake, and what an operator has put there', async () => {
    const before = folder.read('crl.pem');
    await authority.renewIfInvalid(start + 6 * DAY);
    assert.equal(folder.read('crl.pem'), before);
    folder.revokeByHand([], '2000');
    const theirs = folder.read('crl.pem');
    await authority.hello();
    await authority.renewIfInvalid(start + 30 * DAY);
    assert.equal(folder.read('crl.pem'), theirs);
  });
  test('renews its own after any number of attempts that failed (the disk was full)', async () => {
    // Where the new file is to be written there is a folder; its note in issued.json has space.
    mkdirSync(join(folder.path, 'crl.pem.tmp'));
    for (let hour = 0; hour < 10; hour++) await assert.rejects(authority.renewIfDue(start + 5 * DAY));
    folder.remove('crl.pem.tmp');
    await authority.renewIfDue(start + 5 * DAY);
    await checkAsClient(authority, { nowMs: start + 9 * DAY, lowestCrlNumber: 2n });
    authority = await folder.open({ nowMs: start + 9 * DAY });
    assert.deepEqual(folder.warnings, []);
  });
  test('tries at a handshake no more than once a minute what cannot be renewed', async () => {
    mkdirSync(join(folder.path, 'crl.pem.tmp'));
    for (let second = 0; second < 90; second++) await authority.renewIfInvalid(start + 30 * DAY + second * 1_000);
    assert.deepEqual(folder.warnings, new Array(2).fill('certificates that are not valid now could not be renewed'));
    folder.remove('crl.pem.tmp');
    await authority.renewIfInvalid(start + 31 * DAY);
    await checkAsClient(authority, { nowMs: start + 31 * DAY });
  });
  test('never gives a certificate a longer life than its CA’s', async () => {
    folder.openssl('req', '-new', '-x509', '-key', 'ca.key', '-subj', '/CN=Short', '-days', '20', '-out', 'ca.pem');
    folder.remove('server.pem');
    authority = await folder.open();
    assert.equal((await certificate()).notAfterMs, (await ca()).notAfterMs);
  });
  test('goes on being its own after several renewals and starts', async () => {
    for (let nowMs = start; nowMs < start + 40 * DAY; nowMs += 4 * DAY) authority = await folder.open({ nowMs });
    assert.equal((await crl()).number, 10n);
    assert.deepEqual(folder.warnings, []);
  });
  test('tells of a certificate that it cannot renew without the CA’s key', async () => {
    folder.remove('ca.key');
    authority = await folder.open();
    assert.match(folder.warnings.join(), /no ca\.key/);
    const before = folder.read('crl.pem');
    await authority.renewIfDue(start + 5 * DAY);
    assert.match(folder.warnings.join(), /crl\.pem is due/);
    assert.equal(folder.read('crl.pem'), before);
  });
  test('renews again when the operator has brought the CA’s key back', async () => {
    const key = folder.read('ca.key');
    folder.remove('ca.key');
    await authority.renewIfDue(start + 5 * DAY);
    folder.write('ca.key', key);
    await authority.renewIfDue(start + 5 * DAY);
    assert.equal((await crl()).number, 2n);
  });
  test('renews nothing when its notes are damaged, and says so', async () => {
    folder.write('issued.json', '{');
    const before = folder.read('crl.pem');
    authority = await folder.open({ nowMs: start + 8 * DAY });
    assert.match(folder.warnings.join(), /issued\.json/);
    assert.equal(folder.read('crl.pem'), before);
  });
});

describe('revoke', () => {
  test('puts the certificate on a CRL that openssl and clients heed', async () => {
    await authority.revoke((await certificate()).serial, Date.now());
    assert.match(folder.verify(), /certificate revoked/);
    await assert.rejects(checkAsClient(authority), isCheck('revoked'));
    assert.equal((await crl()).number, 2n);
  });
  test('keeps it there in every later CRL', async () => {
    await authority.revoke((await certificate()).serial, start);
    const nowMs = start + 30 * DAY;
    await authority.renewIfDue(nowMs);
    assert.match(folder.verify(nowMs), /certificate revoked/);
    await assert.rejects(checkAsClient(authority, { nowMs }), isCheck('revoked'));
  });
  test('keeps what an operator put on the list, and goes on from its number', async () => {
    folder.revokeByHand(['77', '0ABCDEF0123456789A'], '2000');
    await authority.revoke(Uint8Array.of(0, 0x88), Date.now());
    const list = await crl();
    assert.deepEqual(
      list.revoked.map(({ serial }) => Buffer.from(serial).toString('hex')),
      ['77', '0abcdef0123456789a', '88'],
    );
    assert.equal(list.number, 0x2001n);
    assert.match(folder.verify(), /OK/);
  });
  test('names a serial once, however often it is revoked', async () => {
    for (let i = 0; i < 3; i++) await authority.revoke(Uint8Array.of(5), Date.now());
    assert.equal((await crl()).revoked.length, 1);
  });
  test('carries out calls at the same time one after the other', async () => {
    await Promise.all([1, 2, 3, 4].map((serial) => authority.revoke(Uint8Array.of(serial), Date.now())));
    assert.equal((await crl()).revoked.length, 4);
    assert.equal((await crl()).number, 5n);
  });
  test('is refused without the CA’s key', async () => {
    folder.remove('ca.key');
    await assert.rejects(authority.revoke(Uint8Array.of(5), Date.now()), AuthorityError);
  });
});
