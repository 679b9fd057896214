import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { DerReader, Tag } from '../../src/identity/x509/der.ts';
import { parseCertificate, parseCrl } from '../../src/identity/x509/index.ts';
import { DecodeError, toHex } from '../../src/index.ts';
import { OpensslAuthority } from './openssl.ts';

const hex = (text: string) => new DerReader(Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex')));
const refuses = (read: () => unknown) => assert.throws(read, DecodeError);
const time = (tag: string, text: string) =>
  hex(`${tag} ${text.length.toString(16).padStart(2, '0')} ${Buffer.from(text).toString('hex')}`).time();

describe('DER', () => {
  test('reads lengths of one, two and three bytes', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535]) {
      const header = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
      assert.equal(
        new DerReader(Uint8Array.of(4, ...header, ...new Uint8Array(length))).content(Tag.OCTET_STRING).length,
        length,
      );
    }
  });
  test('refuses a length that is not in its shortest form', () => {
    refuses(() => hex('04 81 01 00').content(Tag.OCTET_STRING));
    refuses(() => hex(`04 82 00 80 ${'00'.repeat(128)}`).content(Tag.OCTET_STRING));
  });
  test('refuses the indefinite length of BER', () => refuses(() => hex('30 80 00 00').enter()));
  test('refuses a length of over two bytes', () => refuses(() => hex('04 83 01 00 00').content(Tag.OCTET_STRING)));
  test('refuses a length beyond the end', () => refuses(() => hex('04 02 00').content(Tag.OCTET_STRING)));
  test('refuses another type than the one asked for', () => refuses(() => hex('02 01 00').content(Tag.OCTET_STRING)));
  test('refuses what is left over', () => refuses(() => hex('00').end()));
  test('reads unsigned integers without their sign byte', () => {
    assert.equal(toHex(hex('02 01 00').unsigned()), '00');
    assert.equal(toHex(hex('02 02 00 80').unsigned()), '80');
  });
  test('refuses integers that are negative, empty or not in their shortest form', () => {
    for (const text of ['02 01 80', '02 00', '02 02 00 7f']) refuses(() => hex(text).unsigned());
  });
  test('refuses booleans other than 00 and ff', () => {
    for (const text of ['01 01 01', '01 00', '01 02 ff ff']) refuses(() => hex(text).boolean());
  });
  test('refuses a bit string that is not of whole bytes', () => {
    for (const text of ['03 02 01 fe', '03 00']) refuses(() => hex(text).wholeBytes());
  });
  test('reads object identifiers', () => {
    assert.equal(hex('06 03 2b 65 70').oid(), '1.3.101.112');
    assert.equal(hex('06 03 55 1d 11').oid(), '2.5.29.17');
    assert.equal(hex('06 03 88 37 03').oid(), '2.999.3');
  });
  test('refuses object identifiers that are empty, cut off, padded or out of bounds', () => {
    for (const text of ['06 00', '06 02 2b 80', '06 03 2b 80 01', '06 07 2b ff ff ff ff ff 7f']) refuses(() => hex(text).oid());
  });
  test('reads both forms of time', () => {
    assert.equal(time('17', '491231235959Z'), Date.UTC(2049, 11, 31, 23, 59, 59));
    assert.equal(time('17', '500101000000Z'), Date.UTC(1950, 0, 1));
    assert.equal(time('18', '20500101000000Z'), Date.UTC(2050, 0, 1));
  });
  test('refuses times in any other form, and days that do not exist', () => {
    for (const text of ['4912312359Z', '491231235959+0000', '490230000000Z', '491301000000Z', '490101240000Z', '4901010000 0Z']) {
      refuses(() => time('17', text));
    }
    for (const text of ['20500101000000.5Z', '20500101000000', '205001010000Z']) refuses(() => time('18', text));
  });
});

describe('X.509', () => {
  const authority = new OpensslAuthority();
  after(() => authority.remove());
  const certificate = authority.certify({ serial: '00ff01' });
  const crl = authority.revoke(['01', '00FF02'], { number: 'FF', reason: ',superseded' });

  test('reads a certificate as node does', () => {
    const ours = parseCertificate(certificate);
    const theirs = new X509Certificate(certificate);
    assert.equal(toHex(ours.serial).toUpperCase(), theirs.serialNumber);
    assert.equal(ours.notBeforeMs, theirs.validFromDate.getTime());
    assert.equal(ours.notAfterMs, theirs.validToDate.getTime());
    assert.deepEqual(ours.publicKeyInfo, new Uint8Array(theirs.publicKey.export({ format: 'der', type: 'spki' })));
    assert.deepEqual(ours.publicKey, authority.publicKey());
    assert.deepEqual(ours.issuer, parseCertificate(authority.caCertificate).subject);
  });
  test('reads every entry of a CRL', () => {
    const list = parseCrl(crl);
    assert.deepEqual(list.revoked.map(({ serial }) => toHex(serial)).sort(), ['01', 'ff02']);
    assert.equal(list.number, 255n);
    assert.ok(list.nextUpdateMs !== undefined && list.nextUpdateMs - list.thisUpdateMs === 5 * 86_400_000);
  });
  test('refuses a CRL with one entry that does not parse, instead of leaving it out', () => {
    const entry = parseCrl(crl).revoked[0]!.der;
    const broken = crl.slice();
    // The tag of the entry's serial number becomes that of an octet string.
    broken[Buffer.from(crl).indexOf(entry) + 2] = Tag.OCTET_STRING;
    refuses(() => parseCrl(broken));
  });
  for (const [name, der, parse] of [
    ['certificate', certificate, parseCertificate],
    ['CRL', crl, parseCrl],
  ] as const) {
    test(`refuses a ${name} that is cut off anywhere`, () => {
      for (let length = 0; length < der.length; length++) refuses(() => parse(der.subarray(0, length)));
    });
    test(`refuses a ${name} with bytes after it`, () => refuses(() => parse(Uint8Array.of(...der, 0))));
    test(`throws nothing but DecodeError for a ${name} with bytes changed (property)`, () => {
      const change = fc.tuple(fc.nat(der.length - 1), fc.nat(255));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          const changed = der.slice();
          for (const [index, value] of changes) changed[index] = value;
          onlyDecodeErrors(() => parse(changed));
        }),
        { numRuns: 500 },
      );
    });
  }
  test('throws nothing but DecodeError, whatever the bytes (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        onlyDecodeErrors(() => parseCertificate(bytes));
        onlyDecodeErrors(() => parseCrl(bytes));
      }),
    );
  });
});

function onlyDecodeErrors(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof DecodeError);
  }
}
