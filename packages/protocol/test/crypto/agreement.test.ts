import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concat, DecryptError, fromHex, InvalidKeyError, toHex } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { webCrypto } from '@parley/protocol/crypto/web';
import fc from 'fast-check';
import { isAcceptableEd25519Key } from '../../src/crypto/ed25519-keys.ts';
import { encapsulateWith } from '../../src/crypto/web.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.uint8Array({ maxLength: 300 });
const RUNS = { numRuns: 60 };

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;

describe('the two crypto providers', () => {
  it('hash and authenticate alike', () => {
    fc.assert(
      fc.property(text, text, (key, data) => {
        assert.deepEqual(nodeCrypto.sha256(data), webCrypto.sha256(data));
        assert.deepEqual(nodeCrypto.sha512(data), webCrypto.sha512(data));
        assert.deepEqual(nodeCrypto.hmacSha256(key, data), webCrypto.hmacSha256(key, data));
      }),
      RUNS,
    );
  });

  it('agree on X25519 secrets with each other', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), (a, b) => {
        const [publicA, publicB] = [nodeCrypto.x25519.publicKey(a), webCrypto.x25519.publicKey(b)];
        assert.deepEqual(nodeCrypto.x25519.sharedSecret(a, publicB), webCrypto.x25519.sharedSecret(b, publicA));
      }),
      RUNS,
    );
  });

  it('sign alike, and verify each other', () => {
    fc.assert(
      fc.property(bytes(32), text, (seed, message) => {
        const signature = nodeCrypto.ed25519.sign(seed, message);
        assert.deepEqual(webCrypto.ed25519.sign(seed, message), signature);
        assert.deepEqual(webCrypto.ed25519.publicKey(seed), nodeCrypto.ed25519.publicKey(seed));
        assert.ok(webCrypto.ed25519.verify(nodeCrypto.ed25519.publicKey(seed), message, signature));
        assert.ok(nodeCrypto.ed25519.verify(webCrypto.ed25519.publicKey(seed), message, signature));
      }),
      RUNS,
    );
  });

  it('refuse Ed25519 keys of small order, in each encoding', () => {
    const message = fromHex('00');
    for (const point of ED25519_TORSION_SUBGROUP) {
      for (const sign of [0, 0x80]) {
        const key = fromHex(point);
        key[31] = (key[31] as number) ^ sign;
        // Under a key of small order, R = identity and S = 0 verify for one message in eight or for all.
        const signature = new Uint8Array(64);
        signature[0] = 1;
        for (const crypto of [nodeCrypto, webCrypto])
          assert.ok(!crypto.ed25519.verify(key, message, signature), `${crypto.name} ${point}`);
      }
    }
  });

  it('refuse Ed25519 keys that are not encoded canonically', () => {
    for (let above = 0; above < 19; above++) {
      const key = new Uint8Array(32).fill(0xff);
      key[0] = 0xed + above;
      key[31] = 0x7f;
      const signature = new Uint8Array(64);
      signature[0] = 1;
      assert.ok(!isAcceptableEd25519Key(key));
      for (const crypto of [nodeCrypto, webCrypto]) assert.ok(!crypto.ed25519.verify(key, key, signature));
    }
  });

  it('give one verdict on Ed25519 signatures with a part of small order', () => {
    // The owner of a key can make these; libraries that multiply by the cofactor take them all.
    let refused = 0;
    for (const torsion of ED25519_TORSION_SUBGROUP.map((point) => Point.fromHex(point))) {
      const secret = 123_456_789n;
      const key = Point.BASE.multiply(secret).add(torsion);
      const nonce = 987_654_321n;
      const r = Point.BASE.multiply(nonce).toBytes();
      const message = fromHex('6d657373616765');
      const k = littleEndian(sha512(concat(r, key.toBytes(), message))) % ORDER;
      const s = bytesOf((nonce + k * secret) % ORDER);
      const verdicts = [nodeCrypto, webCrypto].map((crypto) => crypto.ed25519.verify(key.toBytes(), message, concat(r, s)));
      assert.equal(verdicts[0], verdicts[1], toHex(torsion.toBytes()));
      if (!verdicts[0]) refused++;
    }
    assert.ok(refused > 0);
  });

  it('refuse the same Ed25519 signature with the group order added', () => {
    const seed = new Uint8Array(32).fill(7);
    const signature = nodeCrypto.ed25519.sign(seed, seed);
    const stretched = concat(signature.subarray(0, 32), bytesOf(littleEndian(signature.subarray(32)) + ORDER));
    for (const crypto of [nodeCrypto, webCrypto]) {
      assert.ok(!crypto.ed25519.verify(crypto.ed25519.publicKey(seed), seed, stretched));
    }
  });

  it('make the same ML-KEM keys, and decapsulate what the other encapsulated', () => {
    fc.assert(
      fc.property(bytes(64), bytes(32), (seed, randomness) => {
        const publicKey = nodeCrypto.mlkem768.publicKey(seed);
        assert.deepEqual(webCrypto.mlkem768.publicKey(seed), publicKey);
        const fromNode = nodeCrypto.mlkem768.encapsulate(publicKey);
        assert.deepEqual(webCrypto.mlkem768.decapsulate(seed, fromNode.ciphertext), fromNode.sharedSecret);
        const fromWeb = encapsulateWith(publicKey, randomness);
        assert.deepEqual(nodeCrypto.mlkem768.decapsulate(seed, fromWeb.ciphertext), fromWeb.sharedSecret);
      }),
      { numRuns: 20 },
    );
  });

  it('reject a forged ML-KEM ciphertext implicitly, and alike', () => {
    fc.assert(
      fc.property(bytes(64), bytes(1_088), (seed, ciphertext) => {
        assert.deepEqual(nodeCrypto.mlkem768.decapsulate(seed, ciphertext), webCrypto.mlkem768.decapsulate(seed, ciphertext));
      }),
      { numRuns: 20 },
    );
  });

  it('refuse the same ML-KEM keys', () => {
    const good = nodeCrypto.mlkem768.publicKey(new Uint8Array(64));
    const accepts = (crypto: typeof nodeCrypto, key: Uint8Array) => {
      try {
        crypto.mlkem768.encapsulate(key);
        return true;
      } catch (error) {
        assert.ok(error instanceof InvalidKeyError);
        return false;
      }
    };
    // Both coefficients of three bytes at the start, in the middle and at the end of the polynomials, around q = 3,329.
    for (const at of [0, 381, 384, 1_149]) {
      for (const [even, odd] of [
        [3_328, 3_328],
        [3_329, 0],
        [0, 3_329],
        [4_095, 4_095],
      ] as const) {
        const key = good.slice();
        key.set([even & 0xff, (even >> 8) | ((odd & 0xf) << 4), odd >> 4], at);
        const expected = even < 3_329 && odd < 3_329;
        assert.deepEqual([accepts(nodeCrypto, key), accepts(webCrypto, key)], [expected, expected], `${even}, ${odd} at ${at}`);
      }
    }
  });

  it('seal alike, and open what the other sealed', () => {
    fc.assert(
      fc.property(bytes(32), bytes(12), text, fc.uint8Array({ maxLength: 5_000 }), (key, nonce, data, plaintext) => {
        const sealed = nodeCrypto.chacha20poly1305.seal(key, nonce, data, plaintext);
        assert.deepEqual(webCrypto.chacha20poly1305.seal(key, nonce, data, plaintext), sealed);
        for (const crypto of [nodeCrypto, webCrypto]) {
          assert.deepEqual(crypto.chacha20poly1305.open(key, nonce, data, sealed), plaintext);
          sealed[0] = (sealed[0] as number) ^ 1;
          assert.throws(() => crypto.chacha20poly1305.open(key, nonce, data, sealed), DecryptError);
          sealed[0] = (sealed[0] as number) ^ 1;
        }
      }),
      RUNS,
    );
  });
});

function littleEndian(data: Uint8Array): bigint {
  return BigInt(`0x${toHex(data.slice().reverse())}`);
}

function bytesOf(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0')).reverse();
}
