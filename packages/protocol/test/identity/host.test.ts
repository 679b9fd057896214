import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ipAddressBytes, isDnsName, isHost } from '../../src/index.ts';

describe('host', () => {
  test('accepts DNS names in lower-case ASCII', () => {
    for (const name of ['localhost', 'a', 'chat.example.org', 'xn--bcher-kva.example', 'my_host-1.lan', '1a'])
      assert.ok(isDnsName(name), name);
  });
  test('refuses what is no DNS name', () => {
    const refused = [
      '',
      '.',
      'a.',
      '.a',
      'a..b',
      '-a',
      'a-',
      'A',
      'bücher.example',
      'a b',
      'a/b',
      '*.example',
      'x'.repeat(64),
      `${'a.'.repeat(127)}bc`,
    ];
    for (const name of refused) assert.equal(isDnsName(name), false, name);
  });
  test('refuses as a DNS name what a resolver would take for an IPv4 address', () => {
    for (const name of ['127.1', '1.2.3.4', '1.2.3.256', '10', '0x7f000001', '127.0.0x1', 'n.0x']) {
      assert.equal(isDnsName(name), false, name);
    }
    for (const name of ['0x7g', '0xa.b', 'x0']) assert.ok(isDnsName(name), name);
  });
  test('reads the bytes of IPv4 and IPv6 addresses', () => {
    assert.deepEqual(ipAddressBytes('127.0.0.1'), Uint8Array.of(127, 0, 0, 1));
    assert.deepEqual(ipAddressBytes('::1'), Uint8Array.of(...new Array(15).fill(0), 1));
    assert.deepEqual(
      ipAddressBytes('2001:DB8::ff00:42'),
      Uint8Array.of(0x20, 1, 0xd, 0xb8, ...new Array(8).fill(0), 0xff, 0, 0, 0x42),
    );
    assert.deepEqual(ipAddressBytes('::'), new Uint8Array(16));
  });
  test('refuses what is no IP address', () => {
    const refused = [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '01.2.3.4',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      '::g',
      '1:2:3:4::5:6:7:8',
      'fe80::1%eth0',
      ':1:2:3:4:5:6:7',
      '::1.2.3.4',
    ];
    for (const text of refused) assert.equal(ipAddressBytes(text), undefined, text);
  });
  test('reads every address that node takes for one (property)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        // An IPv4 address at the end of an IPv6 one has another spelling, which is the one certificates and browsers use.
        fc.pre(!(address.includes(':') && address.includes('.')));
        assert.equal(ipAddressBytes(address)?.length, isIP(address) === 4 ? 4 : 16);
        assert.ok(isHost(address.toLowerCase()));
      }),
    );
  });
});
