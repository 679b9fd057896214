import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ENCODINGS, type Encoding, preferredEncoding } from '../../src/transport/accept-encoding.ts';

const prefers = (header: string | undefined, offered: readonly Encoding[] = ENCODINGS) => preferredEncoding(header, offered);

test('sends Brotli to who takes both, as browsers say it', () => {
  assert.equal(prefers('gzip, deflate, br, zstd'), 'br');
  assert.equal(prefers('GZIP,BR'), 'br');
});

test('sends what is there of what is accepted', () => {
  assert.equal(prefers('gzip, deflate'), 'gzip');
  assert.equal(prefers('gzip, br', ['gzip']), 'gzip');
  assert.equal(prefers('gzip, br', []), undefined);
  assert.equal(prefers('deflate, zstd'), undefined);
});

test('sends it as it is to who says nothing', () => {
  for (const nothing of [undefined, '', ' ', ',', 'identity']) assert.equal(prefers(nothing), undefined, String(nothing));
});

test('obeys weights', () => {
  assert.equal(prefers('br;q=0.5, gzip;q=0.501'), 'gzip');
  assert.equal(prefers('br ; q=1.000,\tgzip;Q=1'), 'br');
  assert.equal(prefers('identity;q=1, br;q=0.5'), undefined);
  assert.equal(prefers('identity;q=0.5, br;q=0.5'), 'br');
});

test('never sends what has the weight 0', () => {
  assert.equal(prefers('br;q=0, gzip'), 'gzip');
  assert.equal(prefers('br;q=0.000, gzip;q=0.0'), undefined);
  assert.equal(prefers('*;q=0'), undefined);
  assert.equal(prefers('br;q=0, *'), 'gzip');
});

test('takes * for all that is not named', () => {
  assert.equal(prefers('*'), 'br');
  assert.equal(prefers('*;q=0, gzip'), 'gzip');
  assert.equal(prefers('*;q=0.5, br;q=0.1'), 'gzip');
});

test('passes over what is not well-formed', () => {
  for (const wrong of [
    'br;q=2',
    'br;q=1.5',
    'br;q=-1',
    'br;q=',
    'br;q=0.0001',
    'br;x=1',
    'br br',
    'b\u0000r',
    'br;q=1;q=1',
    ';q=1',
  ])
    assert.equal(prefers(`${wrong}, gzip;q=0.1`), 'gzip', wrong);
});

test('whatever the header is, the answer is one that was offered', () => {
  fc.assert(
    fc.property(fc.string(), fc.subarray([...ENCODINGS]), (header, offered) => {
      const answer = prefers(header, offered);
      assert.ok(answer === undefined || offered.includes(answer), header);
    }),
  );
});

test('of well-formed members none with a weight of 0 is ever sent, and none while a better one is offered', () => {
  const weights = fc.record({ br: fc.nat(10), gzip: fc.nat(10), identity: fc.nat(10) });
  fc.assert(
    fc.property(weights, fc.shuffledSubarray(['br', 'gzip', 'identity'] as const, { minLength: 3 }), (given, order) => {
      const answer = prefers(order.map((coding) => `${coding};q=${(given[coding] / 10).toFixed(1)}`).join(', '));
      assert.ok(answer === undefined || given[answer] > 0);
      const { br, gzip, identity } = given;
      assert.equal(given[answer ?? 'identity'], Math.max(br, gzip, identity));
    }),
  );
});

test('a header of 8 KiB takes no longer than it should', () => {
  const startedMs = performance.now();
  for (const piece of ['br;q=0.', ' ', ';', 'br,', 'br \t;']) prefers(piece.repeat(8_192 / piece.length));
  assert.ok(performance.now() - startedMs < 100);
});
