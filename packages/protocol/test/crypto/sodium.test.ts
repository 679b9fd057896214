import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DecryptError } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { sodiumCrypto } from '@parley/protocol/crypto/sodium';
import fc from 'fast-check';

const openssl = nodeCrypto.chacha20poly1305;
const both = (await sodiumCrypto()).chacha20poly1305;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** Around the length from which OpenSSL is asked, and far from it. */
const lengths = fc.oneof(fc.nat(64), fc.integer({ min: 980, max: 1_060 }), fc.constantFrom(256, 63_488));
const ads = fc.uint8Array({ maxLength: 80 });

describe('libsodium and OpenSSL, two engines of one ChaCha20-Poly1305', () => {
  it('seal alike, and open each other, at every length', () => {
    fc.assert(
      fc.property(bytes(32), bytes(12), ads, lengths, (key, nonce, ad, length) => {
        const plaintext = nodeCrypto.randomBytes(length);
        const sealed = both.seal(key, nonce, ad, plaintext);
        assert.deepEqual(sealed, openssl.seal(key, nonce, ad, plaintext));
        assert.deepEqual(both.open(key, nonce, ad, sealed), plaintext);
        assert.deepEqual(openssl.open(key, nonce, ad, sealed), plaintext);
      }),
      { numRuns: 300 },
    );
  });

  it('refuse alike what was changed, and open the next as if nothing had been', () => {
    const [key, nonce, ad, plaintext] = [32, 12, 32, 300].map((length) => nodeCrypto.randomBytes(length)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const sealed = both.seal(key, nonce, ad, plaintext);
    for (const at of [0, 299, 300, 315]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] as number) ^ 1;
      assert.throws(() => both.open(key, nonce, ad, changed), DecryptError);
      assert.throws(() => openssl.open(key, nonce, ad, changed), DecryptError);
    }
    for (const [wrongKey, wrongNonce, wrongAd] of [
      [nodeCrypto.randomBytes(32), nonce, ad],
      [key, nodeCrypto.randomBytes(12), ad],
      [key, nonce, ad.subarray(1)],
    ] as const) {
      assert.throws(() => both.open(wrongKey, wrongNonce, wrongAd, sealed), DecryptError);
    }
    for (const length of [0, 15]) assert.throws(() => both.open(key, nonce, ad, sealed.subarray(0, length)), DecryptError);
    assert.deepEqual(both.open(key, nonce, ad, sealed), plaintext);
  });

  it('give results that nothing sealed later overwrites', () => {
    const [key, nonce, ad] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(0)];
    const first = both.seal(key, nonce, ad, new Uint8Array(256));
    const before = first.slice();
    for (let i = 0; i < 1_000; i += 1) both.open(key, nonce, ad, both.seal(key, nonce, ad, nodeCrypto.randomBytes(256)));
    assert.deepEqual(first, before);
  });
});
