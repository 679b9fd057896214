import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DecryptError, fromHex, InvalidKeyError, LowOrderPointError, toHex, utf8 } from '@parley/protocol';
import fc from 'fast-check';
import { PROVIDERS } from '../providers.ts';

const NOTHING = new Uint8Array(0);

for (const crypto of PROVIDERS) {
  describe(`crypto provider ${crypto.name}`, () => {
    it('draws as many random bytes as asked for, and other ones each time', () => {
      for (const length of [0, 1, 32, 1_000]) assert.equal(crypto.randomBytes(length).length, length);
      assert.notDeepEqual(crypto.randomBytes(32), crypto.randomBytes(32));
    });

    it('hashes as FIPS 180-4 says', () => {
      assert.equal(toHex(crypto.sha256(utf8('abc'))), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
      assert.equal(
        toHex(crypto.sha512(utf8('abc'))),
        'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      );
    });

    it('authenticates as RFC 4231 says', () => {
      const tag = crypto.hmacSha256(utf8('Jefe'), utf8('what do ya want for nothing?'));
      assert.equal(toHex(tag), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
    });

    it('returns plain Uint8Arrays, whose slice copies', () => {
      const key = crypto.randomBytes(32);
      const sealed = crypto.chacha20poly1305.seal(key, new Uint8Array(12), NOTHING, utf8('x'));
      const kem = crypto.mlkem768.encapsulate(crypto.mlkem768.generate().publicKey);
      const pair = crypto.x25519.generate();
      const results = {
        key,
        sealed,
        opened: crypto.chacha20poly1305.open(key, new Uint8Array(12), NOTHING, sealed),
        hash: crypto.sha256(key),
        tag: crypto.hmacSha256(key, key),
        secret: pair.secret,
        publicKey: pair.publicKey,
        shared: crypto.x25519.sharedSecret(pair.secret, pair.publicKey),
        signature: crypto.ed25519.sign(key, key),
        ...kem,
      };
      for (const [name, result] of Object.entries(results))
        assert.equal(Object.getPrototypeOf(result), Uint8Array.prototype, name);
    });

    describe('X25519', () => {
      it('agrees on the secret of RFC 7748, section 6.1', () => {
        const alice = fromHex(ALICE);
        const bob = fromHex(BOB);
        assert.equal(toHex(crypto.x25519.publicKey(alice)), ALICE_PUBLIC);
        assert.equal(toHex(crypto.x25519.sharedSecret(bob, fromHex(ALICE_PUBLIC))), SHARED);
        assert.equal(toHex(crypto.x25519.sharedSecret(alice, crypto.x25519.publicKey(bob))), SHARED);
      });

      it('generates pairs that belong together', () => {
        const { secret, publicKey } = crypto.x25519.generate();
        assert.deepEqual(crypto.x25519.publicKey(secret), publicKey);
        assert.equal(secret.length, 32);
      });

      it('refuses points of low order', () => {
        const { secret } = crypto.x25519.generate();
        for (const point of LOW_ORDER_POINTS) {
          assert.throws(() => crypto.x25519.sharedSecret(secret, fromHex(point)), LowOrderPointError);
        }
      });

      it('refuses keys of a wrong length', () => {
        const good = new Uint8Array(32).fill(9);
        for (const length of [0, 31, 33]) {
          const bad = new Uint8Array(length).fill(9);
          assert.throws(() => crypto.x25519.publicKey(bad), RangeError);
          assert.throws(() => crypto.x25519.sharedSecret(bad, good), RangeError);
          assert.throws(() => crypto.x25519.sharedSecret(good, bad), RangeError);
        }
      });

      it('follows a secret buffer that is filled anew', () => {
        const first = crypto.x25519.generate();
        const second = crypto.x25519.generate();
        const peer = crypto.x25519.generate().publicKey;
        const expected = crypto.x25519.sharedSecret(second.secret.slice(), peer);
        crypto.x25519.sharedSecret(first.secret, peer);
        first.secret.set(second.secret);
        assert.deepEqual(crypto.x25519.sharedSecret(first.secret, peer), expected);
      });
    });

    describe('Ed25519', () => {
      it('signs as RFC 8032, section 7.1, test 2 says', () => {
        const seed = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
        const publicKey = crypto.ed25519.publicKey(seed);
        const signature = crypto.ed25519.sign(seed, Uint8Array.of(0x72));
        assert.equal(toHex(publicKey), '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
        assert.equal(
          toHex(signature),
          '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
        );
        assert.ok(crypto.ed25519.verify(publicKey, Uint8Array.of(0x72), signature));
      });

      it('refuses a flipped bit in message, key or signature', () => {
        const { secret, publicKey } = crypto.ed25519.generate();
        const message = utf8('a message');
        const signature = crypto.ed25519.sign(secret, message);
        assert.ok(crypto.ed25519.verify(publicKey, message, signature));
        assert.ok(!crypto.ed25519.verify(publicKey, flip(message, 0), signature));
        for (const at of [0, 31]) assert.ok(!crypto.ed25519.verify(flip(publicKey, at), message, signature));
        for (const at of [0, 31, 32, 63]) assert.ok(!crypto.ed25519.verify(publicKey, message, flip(signature, at)));
      });

      it('answers false, without throwing, for keys and signatures of any length', () => {
        const bytes = fc.uint8Array({ maxLength: 80 });
        fc.assert(
          fc.property(bytes, bytes, bytes, (key, message, signature) => !crypto.ed25519.verify(key, message, signature)),
          { numRuns: 300 },
        );
      });

      it('refuses seeds of a wrong length', () => {
        assert.throws(() => crypto.ed25519.publicKey(new Uint8Array(31)), RangeError);
        assert.throws(() => crypto.ed25519.sign(new Uint8Array(64), NOTHING), RangeError);
      });
    });

    describe('ML-KEM-768', () => {
      it('agrees on a secret', () => {
        const { secret, publicKey } = crypto.mlkem768.generate();
        const { ciphertext, sharedSecret } = crypto.mlkem768.encapsulate(publicKey);
        assert.deepEqual([secret.length, publicKey.length, ciphertext.length, sharedSecret.length], [64, 1_184, 1_088, 32]);
        assert.deepEqual(crypto.mlkem768.decapsulate(secret, ciphertext), sharedSecret);
        assert.deepEqual(crypto.mlkem768.publicKey(secret), publicKey);
      });

      it('gives another secret, without an error, for a forged ciphertext', () => {
        const { secret, publicKey } = crypto.mlkem768.generate();
        const { ciphertext, sharedSecret } = crypto.mlkem768.encapsulate(publicKey);
        const other = crypto.mlkem768.decapsulate(secret, flip(ciphertext, 500));
        assert.equal(other.length, 32);
        assert.notDeepEqual(other, sharedSecret);
      });

      it('refuses a key that fails the modulus check', () => {
        const { publicKey } = crypto.mlkem768.generate();
        publicKey.fill(0xff, 0, 3);
        assert.throws(() => crypto.mlkem768.encapsulate(publicKey), InvalidKeyError);
      });

      it('refuses wrong lengths', () => {
        assert.throws(() => crypto.mlkem768.encapsulate(new Uint8Array(1_183)), RangeError);
        assert.throws(() => crypto.mlkem768.publicKey(new Uint8Array(32)), RangeError);
        assert.throws(() => crypto.mlkem768.decapsulate(new Uint8Array(64), new Uint8Array(1_087)), RangeError);
      });
    });

    describe('ChaCha20-Poly1305', () => {
      const key = crypto.randomBytes(32);
      const nonce = crypto.randomBytes(12);
      const sealed = crypto.chacha20poly1305.seal(key, nonce, utf8('with'), utf8('plaintext'));

      it('opens what it sealed', () => {
        assert.equal(sealed.length, 9 + 16);
        assert.deepEqual(crypto.chacha20poly1305.open(key, nonce, utf8('with'), sealed), utf8('plaintext'));
      });

      it('refuses a flipped bit anywhere', () => {
        for (let at = 0; at < sealed.length; at++) {
          assert.throws(() => crypto.chacha20poly1305.open(key, nonce, utf8('with'), flip(sealed, at)), DecryptError);
        }
        assert.throws(() => crypto.chacha20poly1305.open(flip(key, 0), nonce, utf8('with'), sealed), DecryptError);
        assert.throws(() => crypto.chacha20poly1305.open(key, flip(nonce, 11), utf8('with'), sealed), DecryptError);
        assert.throws(() => crypto.chacha20poly1305.open(key, nonce, utf8('witH'), sealed), DecryptError);
      });

      it('refuses a ciphertext that was cut, to less than a tag even', () => {
        for (const length of [24, 16, 15, 1, 0]) {
          assert.throws(() => crypto.chacha20poly1305.open(key, nonce, utf8('with'), sealed.subarray(0, length)), DecryptError);
        }
      });

      it('refuses keys and nonces of a wrong length', () => {
        for (const call of [crypto.chacha20poly1305.seal, crypto.chacha20poly1305.open]) {
          assert.throws(() => call(new Uint8Array(31), nonce, NOTHING, sealed), RangeError);
          assert.throws(() => call(key, new Uint8Array(8), NOTHING, sealed), RangeError);
        }
      });
    });
  });
}

const ALICE = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a';
const BOB = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
const ALICE_PUBLIC = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
const SHARED = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
const LOW_ORDER_POINTS = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const flipped = bytes.slice();
  flipped[at] = (flipped[at] as number) ^ 1;
  return flipped;
}
