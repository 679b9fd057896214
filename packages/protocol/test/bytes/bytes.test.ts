import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ByteReader,
  ByteWriter,
  concat,
  DecodeError,
  equalBytes,
  equalConstantTime,
  fromBase64Url,
  fromHex,
  padme,
  toBase64Url,
  toHex,
  utf8,
  wipe,
} from '@parley/protocol';
import fc from 'fast-check';

const anyBytes = fc.uint8Array({ maxLength: 100 });

describe('ByteReader and ByteWriter', () => {
  it('give back what was written, big-endian', () => {
    const integers = fc.record({ u8: fc.nat(0xff), u16: fc.nat(0xffff), u24: fc.nat(0xff_ffff), u32: fc.nat(0xffff_ffff) });
    fc.assert(
      fc.property(integers, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), anyBytes, fc.nat(8), (n, u64, body, capacity) => {
        const writer = new ByteWriter(capacity).u8(n.u8).u16(n.u16).u24(n.u24).u32(n.u32).u64(u64).bytes(body);
        const reader = new ByteReader(writer.finish());
        assert.deepEqual([reader.u8(), reader.u16(), reader.u24(), reader.u32(), reader.u64()], [n.u8, n.u16, n.u24, n.u32, u64]);
        assert.equal(reader.remaining, body.length);
        assert.deepEqual(reader.rest(), body);
        reader.end();
      }),
    );
    assert.equal(
      toHex(new ByteWriter().u16(0x0102).u24(0x030405).u32(0xfffefdfc).u64(1n).finish()),
      '0102030405fffefdfc0000000000000001',
    );
  });

  it('answers flaw 22: refuses to read more bytes than there are, and stays where it is', () => {
    const reader = new ByteReader(fromHex('010203'));
    assert.throws(() => reader.u32(), DecodeError);
    assert.throws(() => reader.u64(), DecodeError);
    assert.throws(() => reader.take(4), DecodeError);
    assert.equal(reader.u24(), 0x010203);
    assert.throws(() => reader.u8(), DecodeError);
  });

  it('refuses trailing bytes', () => {
    const reader = new ByteReader(fromHex('0102'));
    reader.u8();
    assert.throws(() => reader.end(), DecodeError);
  });

  it('refuses lengths that are none', () => {
    for (const length of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => new ByteReader(fromHex('01')).take(length), RangeError);
    }
  });

  it('refuses to write an integer that does not fit', () => {
    const writer = new ByteWriter();
    for (const value of [-1, 0.5, Number.NaN]) assert.throws(() => writer.u8(value), RangeError);
    assert.throws(() => writer.u8(256), RangeError);
    assert.throws(() => writer.u16(2 ** 16), RangeError);
    assert.throws(() => writer.u24(2 ** 24), RangeError);
    assert.throws(() => writer.u32(2 ** 32), RangeError);
    assert.throws(() => writer.u64(2n ** 64n), RangeError);
    assert.throws(() => writer.u64(-1n), RangeError);
  });
});

describe('bytes', () => {
  it('compares by content and length, with constant time or without', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        const expected = toHex(a) === toHex(b);
        assert.deepEqual([equalBytes(a, b), equalConstantTime(a, b)], [expected, expected]);
        assert.ok(equalBytes(a, a.slice()) && equalConstantTime(a, a.slice()));
      }),
    );
    assert.ok(!equalConstantTime(fromHex('00'), fromHex('0000')));
  });

  it('joins parts into a fresh buffer', () => {
    const part = fromHex('0102');
    const joined = concat(part, new Uint8Array(0), fromHex('03'));
    assert.equal(toHex(joined), '010203');
    part[0] = 9;
    assert.equal(joined[0], 1);
  });

  it('wipes', () => {
    const [a, b] = [fromHex('0102'), fromHex('03')];
    wipe(a, b);
    assert.deepEqual([toHex(a), toHex(b)], ['0000', '00']);
  });

  it('writes text as UTF-8', () => assert.equal(toHex(utf8('é✓')), 'c3a9e29c93'));
});

describe('hexadecimal', () => {
  it('gives back what it wrote', () => {
    fc.assert(fc.property(anyBytes, (data) => assert.deepEqual(fromHex(toHex(data)), data)));
  });

  it('reads upper case', () => assert.equal(toHex(fromHex('ABcd')), 'abcd'));

  it('refuses anything else', () => {
    for (const text of ['0', '0x', 'gg', '00 ', '0\n', '٠٠']) assert.throws(() => fromHex(text), DecodeError, text);
  });
});

describe('base64url', () => {
  it('writes what Buffer writes, and gives it back', () => {
    fc.assert(
      fc.property(anyBytes, (data) => {
        const text = toBase64Url(data);
        assert.equal(text, Buffer.from(data).toString('base64url'));
        assert.deepEqual(fromBase64Url(text), data);
      }),
    );
  });

  it('has one text for each byte string: whatever it reads, it writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABQgwx_-09+/= '), maxLength: 12 }), (text) => {
        try {
          assert.equal(toBase64Url(fromBase64Url(text)), text);
        } catch (error) {
          assert.ok(error instanceof DecodeError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses padding, the other alphabet, white space, a lone digit and unused bits', () => {
    for (const text of ['AA==', 'A+', 'A/', 'AA\n', ' AA', 'A', 'AAAAA', 'AB', 'AAB']) {
      assert.throws(() => fromBase64Url(text), DecodeError, text);
    }
  });
});

describe('Padmé', () => {
  it('gives the lengths of the PURBs paper', () => {
    for (const [length, expected] of [
      [0, 0],
      [1, 1],
      [2, 2],
      [9, 10],
      [100, 104],
      [256, 256],
      [257, 272],
      [1_000, 1_024],
      [65_537, 67_584],
    ] as const) {
      assert.equal(padme(length), expected, String(length));
    }
  });

  it('never shrinks, adds at most an eighth, keeps the order, and is its own Padmé length', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 29), (length) => {
        const padded = padme(length);
        assert.ok(padded >= length && padded <= length * 1.125);
        assert.equal(padme(padded), padded);
        assert.ok(padme(length + 1) >= padded);
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses what is no length', () => {
    for (const length of [-1, 0.5, Number.NaN, 2 ** 30]) assert.throws(() => padme(length), RangeError);
  });
});
