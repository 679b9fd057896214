import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { concat, equalBytes, wipe } from '../bytes/bytes.ts';
import { isAcceptableEd25519Key, littleEndian } from './ed25519-keys.ts';
import {
  CHACHA20_KEY_BYTES,
  CHACHA20_NONCE_BYTES,
  ED25519_KEY_BYTES,
  ED25519_SIGNATURE_BYTES,
  MLKEM768_CIPHERTEXT_BYTES,
  MLKEM768_PUBLIC_KEY_BYTES,
  MLKEM768_SEED_BYTES,
  POLY1305_TAG_BYTES,
  requireLength,
  X25519_KEY_BYTES,
} from './lengths.ts';
import { passesModulusCheck } from './mlkem-keys.ts';
import { type CryptoProvider, DecryptError, InvalidKeyError, LowOrderPointError } from './provider.ts';

/**
 * `CryptoProvider` on the noble libraries: plain JavaScript, for browsers. Randomness is the platform's
 * `crypto.getRandomValues`.
 */
export const webCrypto: CryptoProvider = {
  name: 'web',

  randomBytes,

  sha256: (data) => sha256(data),
  sha512: (data) => sha512(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),

  x25519: {
    generate() {
      const secret = randomBytes(X25519_KEY_BYTES);
      return { secret, publicKey: x25519.getPublicKey(secret) };
    },
    publicKey(secret) {
      requireLength(secret, X25519_KEY_BYTES, 'an X25519 secret key');
      return x25519.getPublicKey(secret);
    },
    sharedSecret(secret, publicKey) {
      requireLength(secret, X25519_KEY_BYTES, 'an X25519 secret key');
      requireLength(publicKey, X25519_KEY_BYTES, 'an X25519 public key');
      try {
        return x25519.getSharedSecret(secret, publicKey);
      } catch {
        // With lengths checked, noble refuses only a result of zero.
        throw new LowOrderPointError();
      }
    },
  },

  ed25519: {
    generate() {
      const secret = randomBytes(ED25519_KEY_BYTES);
      return { secret, publicKey: ed25519.getPublicKey(secret) };
    },
    publicKey(seed) {
      requireLength(seed, ED25519_KEY_BYTES, 'an Ed25519 seed');
      return ed25519.getPublicKey(seed);
    },
    sign(seed, message) {
      requireLength(seed, ED25519_KEY_BYTES, 'an Ed25519 seed');
      return ed25519.sign(message, seed);
    },
    verify(publicKey, message, signature) {
      if (signature.length !== ED25519_SIGNATURE_BYTES || !isAcceptableEd25519Key(publicKey)) return false;
      try {
        return verifyWithoutCofactor(publicKey, message, signature);
      } catch {
        return false;
      }
    },
  },

  mlkem768: {
    generate() {
      const secret = randomBytes(MLKEM768_SEED_BYTES);
      return { secret, publicKey: webCrypto.mlkem768.publicKey(secret) };
    },
    publicKey(seed) {
      requireLength(seed, MLKEM768_SEED_BYTES, 'an ML-KEM-768 seed');
      const { publicKey, secretKey } = ml_kem768.keygen(seed);
      wipe(secretKey);
      return publicKey;
    },
    encapsulate(publicKey) {
      return encapsulateWith(publicKey, randomBytes(32));
    },
    decapsulate(seed, ciphertext) {
      requireLength(seed, MLKEM768_SEED_BYTES, 'an ML-KEM-768 seed');
      requireLength(ciphertext, MLKEM768_CIPHERTEXT_BYTES, 'an ML-KEM-768 ciphertext');
      const { secretKey } = ml_kem768.keygen(seed);
      const sharedSecret = ml_kem768.decapsulate(ciphertext, secretKey).slice();
      wipe(secretKey);
      return sharedSecret;
    },
  },

  chacha20poly1305: {
    seal(key, nonce, associatedData, plaintext) {
      requireLength(key, CHACHA20_KEY_BYTES, 'a ChaCha20 key');
      requireLength(nonce, CHACHA20_NONCE_BYTES, 'a ChaCha20 nonce');
      return chacha20poly1305(key, nonce, associatedData).encrypt(plaintext);
    },
    open(key, nonce, associatedData, ciphertext) {
      requireLength(key, CHACHA20_KEY_BYTES, 'a ChaCha20 key');
      requireLength(nonce, CHACHA20_NONCE_BYTES, 'a ChaCha20 nonce');
      if (ciphertext.length < POLY1305_TAG_BYTES) throw new DecryptError();
      try {
        return chacha20poly1305(key, nonce, associatedData).decrypt(ciphertext);
      } catch {
        throw new DecryptError();
      }
    },
  },
};

/**
 * ML-KEM-768 encapsulation with given randomness (FIPS 203, ML-KEM.Encaps_internal): for frozen vectors only, which need the same
 * ciphertext each time.
 * @param randomness m, 32 bytes
 * @throws InvalidKeyError when the key fails the modulus check
 */
export function encapsulateWith(
  publicKey: Uint8Array,
  randomness: Uint8Array,
): { ciphertext: Uint8Array; sharedSecret: Uint8Array } {
  requireLength(publicKey, MLKEM768_PUBLIC_KEY_BYTES, 'an ML-KEM-768 public key');
  if (!passesModulusCheck(publicKey)) throw new InvalidKeyError();
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, randomness);
  return { ciphertext: cipherText, sharedSecret: sharedSecret.slice() };
}

/**
 * RFC 8032, section 5.1.7, with the check [S]B = R + [k]A that OpenSSL does. noble's own `verify` multiplies both sides by the
 * cofactor 8, and so accepts signatures, made on purpose by the key's owner, that a client on OpenSSL refuses.
 */
function verifyWithoutCofactor(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= order) return false;
  const a = Point.fromBytes(publicKey);
  const k = littleEndian(sha512(concat(r, publicKey, message))) % order;
  return equalBytes(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes(), r);
}
