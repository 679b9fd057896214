import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nodeCrypto } from '../../src/crypto/node.ts';
import { fromHex, identityFromSeed, phraseFromSeed, seedFromPhrase } from '../../src/index.ts';
import { refusesAsMalformed } from './people.ts';

// Vectors of BIP-39 (https://github.com/trezor/python-mnemonic/blob/master/vectors.json), those of 256 bits.
const VECTORS = [
  ['00'.repeat(32), `${'abandon '.repeat(23)}art`],
  [
    '7f'.repeat(32),
    `${'legal winner thank year wave sausage worth useful '.repeat(2)}legal winner thank year wave sausage worth title`,
  ],
  ['ff'.repeat(32), `${'zoo '.repeat(23)}vote`],
  [
    'f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f',
    'void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol group space point ten exist slush involve unfold',
  ],
] as const;

describe('recovery phrase', () => {
  for (const [seed, phrase] of VECTORS) {
    test(`agrees with BIP-39 on ${phrase.split(' ').slice(0, 3).join(' ')} …`, () => {
      assert.equal(phraseFromSeed(fromHex(seed)), phrase);
      assert.deepEqual(seedFromPhrase(phrase), fromHex(seed));
    });
  }
  test('gives back the identity key of RFC 8032, section 7.1, test 1', () => {
    const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    const identity = identityFromSeed(nodeCrypto, seedFromPhrase(phraseFromSeed(seed)));
    assert.deepEqual(identity.publicKey, fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'));
  });
  test('accepts any white space and any case', () => {
    const typed = `  ${VECTORS[0][1].toUpperCase().replaceAll(' ', ' \n\t ')}\r\n`;
    assert.deepEqual(seedFromPhrase(typed), new Uint8Array(32));
  });
  test('gives back every seed (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const phrase = phraseFromSeed(seed);
        assert.equal(phrase.split(' ').length, 24);
        assert.deepEqual(seedFromPhrase(phrase), seed);
      }),
      { numRuns: 25 },
    );
  });
  test('refuses a seed of another length', () => {
    for (const length of [0, 16, 31, 33]) assert.throws(() => phraseFromSeed(new Uint8Array(length)), RangeError);
  });
  test('refuses a phrase of 12 words, though BIP-39 knows them', () =>
    refusesAsMalformed(() => seedFromPhrase(`${'abandon '.repeat(11)}about`)));
  test('refuses an empty phrase', () => refusesAsMalformed(() => seedFromPhrase('  ')));
  test('refuses a word that is not on the list, says which one, and does not repeat it', () => {
    assert.throws(
      () => seedFromPhrase(`${'abandon '.repeat(6)}hunter2 ${'abandon '.repeat(16)}art`),
      (error) => error instanceof Error && error.message.includes('word 7') && !error.message.includes('hunter2'),
    );
  });
  test('refuses two words that have changed places, and repeats neither', () => {
    const words = VECTORS[3][1].split(' ');
    [words[0], words[1]] = [words[1] as string, words[0] as string];
    assert.throws(
      () => seedFromPhrase(words.join(' ')),
      (error) =>
        error instanceof Error && !words.some((word) => word.length > 5 && `${error.message} ${error.cause}`.includes(word)),
    );
  });
});
