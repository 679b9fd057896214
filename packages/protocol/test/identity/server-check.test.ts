import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { nodeCrypto } from '../../src/crypto/node.ts';
import {
  CLOCK_SKEW_MS,
  checkServer,
  MAX_CERTIFICATE_BUNDLE,
  type ServerCheck,
  ServerCheckError,
  type ServerExpectation,
} from '../../src/index.ts';
import { OpensslAuthority } from './openssl.ts';

const DAY = 86_400_000;

describe('checkServer', () => {
  const authority = new OpensslAuthority();
  let good: { serverCertificate: Uint8Array; caCertificate: Uint8Array; crl: Uint8Array; versions: number[] };
  let expected: ServerExpectation;

  before(() => {
    good = {
      caCertificate: authority.caCertificate,
      serverCertificate: authority.certify({ extensions: ['subjectAltName=DNS:localhost,DNS:chat.example,IP:127.0.0.1,IP:::1'] }),
      crl: authority.revoke(['77'], { number: '0A' }),
      versions: [1],
    };
    expected = {
      pin: authority.pin,
      name: 'localhost',
      nowMs: Date.now(),
      lowestCrlNumber: 0n,
      channelKey: authority.publicKey(),
    };
  });
  after(() => authority.remove());

  const check = (hello: Partial<typeof good> = {}, expectation: Partial<ServerExpectation> = {}) =>
    checkServer(nodeCrypto, { ...good, ...hello }, { ...expected, ...expectation });
  const refuses = (failed: ServerCheck, hello: Partial<typeof good>, expectation: Partial<ServerExpectation> = {}) =>
    assert.throws(
      () => check(hello, expectation),
      (error) => error instanceof ServerCheckError && error.check === failed && error.message.length > 20,
    );
  /** With another CA in the place of ours, which the client has pinned. */
  const withCa = (
    other: OpensslAuthority,
    use: (hello: Partial<typeof good>, expectation: Partial<ServerExpectation>) => void,
  ) => {
    try {
      const hello = { caCertificate: other.caCertificate, serverCertificate: other.certify(), crl: other.revoke() };
      use(hello, { pin: other.pin, channelKey: other.publicKey() });
    } finally {
      other.remove();
    }
  };

  test('accepts what openssl makes, and returns the CRL number and the version to speak', () => {
    assert.deepEqual(check(), { crlNumber: 10n, version: 1 });
  });
  test('accepts each name of the certificate', () => {
    for (const name of ['localhost', 'LOCALHOST', 'chat.example', '127.0.0.1', '::1', '0:0:0:0:0:0:0:1']) check({}, { name });
  });
  test('accepts a certificate with the usual extensions', () => {
    const extensions = [
      'subjectAltName=DNS:localhost',
      'basicConstraints=critical,CA:false',
      'keyUsage=critical,keyAgreement',
      'extendedKeyUsage=critical,serverAuth,clientAuth',
    ];
    check({ serverCertificate: authority.certify({ extensions }) });
  });
  test('speaks the highest version both know', () => assert.equal(check({ versions: [9, 1, 4] }).version, 1));

  test('refuses a bundle of over 32 KB', () => refuses('malformed', { crl: new Uint8Array(MAX_CERTIFICATE_BUNDLE) }));
  for (const field of ['caCertificate', 'serverCertificate', 'crl'] as const) {
    test(`refuses an empty ${field}`, () => refuses('malformed', { [field]: new Uint8Array() }));
    test(`refuses a ${field} with bytes after it`, () => refuses('malformed', { [field]: Uint8Array.of(...good[field], 0) }));
  }

  test('refuses a CA that is not the pinned one', () => {
    const other = new OpensslAuthority();
    refuses('ca_pin', { caCertificate: other.caCertificate });
    refuses('ca_pin', {}, { pin: other.pin });
    other.remove();
  });
  test('refuses a CA without an Ed25519 key', () =>
    withCa(new OpensslAuthority({ algorithm: 'EC ec_paramgen_curve:P-256' }), (...bad) => refuses('ca_certificate', ...bad)));
  test('refuses a CA certificate that is not one of a CA', () =>
    withCa(new OpensslAuthority({ extensions: ['basicConstraints=critical,CA:false'] }), (...bad) =>
      refuses('ca_certificate', ...bad),
    ));
  test('refuses a CA certificate of version 1', () => {
    const other = new OpensslAuthority();
    other.selfSign({ version1: true });
    withCa(other, (...bad) => refuses('ca_certificate', ...bad));
  });
  test('refuses a CA that may not sign certificates', () =>
    withCa(new OpensslAuthority({ extensions: ['basicConstraints=CA:true', 'keyUsage=cRLSign'] }), (...bad) =>
      refuses('ca_certificate', ...bad),
    ));
  test('refuses a CA that may not sign revocation lists', () =>
    withCa(new OpensslAuthority({ extensions: ['basicConstraints=CA:true', 'keyUsage=keyCertSign'] }), (...bad) =>
      refuses('ca_certificate', ...bad),
    ));
  test('refuses a CA with a critical extension it does not know', () =>
    withCa(
      new OpensslAuthority({ extensions: ['basicConstraints=CA:true', 'nameConstraints=critical,permitted;DNS:example'] }),
      (...bad) => refuses('ca_certificate', ...bad),
    ));
  test('refuses a CA certificate whose own signature does not hold', () => {
    refuses('ca_certificate', { caCertificate: withLastBitFlipped(good.caCertificate) });
  });
  test('refuses a CA certificate that has expired', () => {
    const other = new OpensslAuthority({ days: 1 });
    withCa(other, (hello, expectation) => refuses('validity', hello, { ...expectation, nowMs: expected.nowMs + 2 * DAY }));
  });

  test('refuses a certificate that another CA signed', () => {
    const other = new OpensslAuthority();
    refuses('signature', { serverCertificate: other.certify() });
    other.remove();
  });
  test('refuses a certificate whose issuer is not the name of the CA', () => {
    const other = new OpensslAuthority({ subject: '/CN=Other CA' });
    refuses('signature', { serverCertificate: other.certify() });
    other.remove();
  });
  test('refuses a certificate whose signature does not hold', () =>
    refuses('signature', { serverCertificate: withLastBitFlipped(good.serverCertificate) }));
  test('refuses a certificate that has expired', () => {
    refuses('validity', { serverCertificate: authority.certify({ days: -1 }) });
    refuses('validity', {}, { nowMs: expected.nowMs + 6 * DAY });
  });
  test('refuses a certificate that is not valid yet, but forgives a clock that is five minutes behind', () => {
    const serverCertificate = authority.certify();
    refuses('validity', { serverCertificate }, { nowMs: expected.nowMs - CLOCK_SKEW_MS - 60_000 });
    check({ serverCertificate }, { nowMs: Date.now() - CLOCK_SKEW_MS + 60_000 });
  });
  test('refuses a certificate for other names', () => {
    refuses('name', { serverCertificate: authority.certify({ extensions: ['subjectAltName=DNS:other.example'] }) });
    refuses('name', {}, { name: 'example' });
    refuses('name', {}, { name: 'localhost.' });
    refuses('name', {}, { name: '127.0.0.2' });
    refuses('name', {}, { name: '::2' });
  });
  test('refuses a certificate that has the name only as its common name', () =>
    refuses('name', { serverCertificate: authority.certify({ extensions: ['keyUsage=keyAgreement'] }) }));
  test('refuses an IP address that stands in the certificate as a DNS name', () => {
    const serverCertificate = authority.certify({ extensions: ['subjectAltName=DNS:127.0.0.1'] });
    refuses('name', { serverCertificate }, { name: '127.0.0.1' });
  });
  test('refuses a certificate with a critical extension it does not know', () => {
    const extensions = ['subjectAltName=DNS:localhost', '1.2.3.4=critical,ASN1:NULL'];
    refuses('usage', { serverCertificate: authority.certify({ extensions }) });
  });
  test('refuses a certificate of a CA in the place of the server’s', () => {
    const extensions = ['subjectAltName=DNS:localhost', 'basicConstraints=CA:true'];
    refuses('usage', { serverCertificate: authority.certify({ extensions }) });
  });
  test('refuses a certificate that is not for key agreement', () => {
    const extensions = ['subjectAltName=DNS:localhost', 'keyUsage=digitalSignature'];
    refuses('usage', { serverCertificate: authority.certify({ extensions }) });
  });
  test('refuses a certificate that is not for a server', () => {
    const extensions = ['subjectAltName=DNS:localhost', 'extendedKeyUsage=clientAuth'];
    refuses('usage', { serverCertificate: authority.certify({ extensions }) });
  });
  test('refuses a certificate for another channel key', () => {
    authority.makeKey('other');
    refuses('channel_key', { serverCertificate: authority.certify({ key: 'other' }) });
    refuses('channel_key', {}, { channelKey: authority.publicKey('other') });
  });
  test('refuses a certificate whose key is not an X25519 key', () => {
    authority.makeKey('signing', 'ed25519');
    const serverCertificate = authority.certify({ key: 'signing' });
    refuses('channel_key', { serverCertificate }, { channelKey: authority.publicKey('signing') });
  });

  test('refuses a CRL that another CA signed', () => {
    const other = new OpensslAuthority();
    refuses('crl_signature', { crl: other.revoke() });
    other.remove();
  });
  test('refuses a CRL whose signature does not hold', () => refuses('crl_signature', { crl: withLastBitFlipped(good.crl) }));
  test('refuses a CRL with a critical extension it does not know', () =>
    refuses('usage', {
      crl: authority.revoke([], { extensions: ['issuingDistributionPoint=critical,@idp\n[idp]\nonlyCA=TRUE'] }),
    }));
  test('refuses a certificate that is on the CRL', () => refuses('revoked', { crl: authority.revoke(['77', '1001', '78']) }));
  test('refuses a certificate that is on the CRL for whatever reason', () => {
    refuses('revoked', { crl: authority.revoke(['1001'], { reason: ',keyCompromise' }) });
    refuses('revoked', { crl: authority.revoke(['1001'], { reason: ',holdInstruction,holdInstructionReject' }) });
  });
  test('says revoked of a CRL of version 1, of one that has expired and of one from before, too', () => {
    refuses('revoked', { crl: authority.revoke(['1001'], { number: null }) });
    refuses('revoked', { crl: authority.revoke(['1001'], { validity: validity(-2, -1) }) });
    refuses('revoked', { crl: authority.revoke(['1001'], { number: '01' }) }, { lowestCrlNumber: 5n });
  });
  test('refuses a CRL that has expired', () =>
    refuses('crl_expired', { crl: authority.revoke([], { validity: validity(-2, -1) }) }));
  test('refuses a CRL that is not valid yet', () =>
    refuses('crl_expired', { crl: authority.revoke([], { validity: validity(1, 2) }) }));
  test('refuses a CRL with a lower number than seen before', () => {
    refuses('crl_rollback', {}, { lowestCrlNumber: 11n });
    assert.equal(check({}, { lowestCrlNumber: 10n }).crlNumber, 10n);
  });
  test('takes a CRL without a number for number 0', () => {
    const crl = authority.revoke([], { number: null });
    assert.equal(check({ crl }).crlNumber, 0n);
    refuses('crl_rollback', { crl }, { lowestCrlNumber: 1n });
  });
  test('refuses a server that speaks no version it knows', () => {
    refuses('version', { versions: [] });
    refuses('version', { versions: [2] });
  });

  test('refuses a bundle with any one bit changed (property)', () => {
    const field = fc.constantFrom('caCertificate' as const, 'serverCertificate' as const, 'crl' as const);
    fc.assert(
      fc.property(field, fc.nat(), fc.nat(7), (name, position, bit) => {
        const changed = good[name].slice();
        const index = position % changed.length;
        changed[index] = (changed[index] as number) ^ (1 << bit);
        assert.throws(() => check({ [name]: changed }), ServerCheckError);
      }),
    );
  });
});

function withLastBitFlipped(der: Uint8Array): Uint8Array {
  const changed = der.slice();
  changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
  return changed;
}

/** Days from now. */
function validity(from: number, to: number): string[] {
  const time = (days: number) => `${new Date(Date.now() + days * DAY).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`;
  return ['-crl_lastupdate', time(from), '-crl_nextupdate', time(to)];
}
