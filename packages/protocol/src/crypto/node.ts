import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { isAcceptableEd25519Key } from './ed25519-keys.ts';
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
import { importSecretKey, rememberSecretKey } from './node-keys.ts';
import { type CryptoProvider, DecryptError, InvalidKeyError, type KeyPair, LowOrderPointError } from './provider.ts';

const AEAD = 'chacha20-poly1305';
const AEAD_OPTIONS = { authTagLength: POLY1305_TAG_BYTES };

/** `CryptoProvider` on node:crypto, which is OpenSSL. */
export const nodeCrypto: CryptoProvider = {
  name: 'node',

  randomBytes: (length) => plain(randomBytes(length)),

  sha256: (data) => plain(hash('sha256', data, 'buffer')),
  sha512: (data) => plain(hash('sha512', data, 'buffer')),
  hmacSha256: (key, data) => plain(createHmac('sha256', key).update(data).digest()),

  x25519: {
    generate() {
      const { privateKey, publicKey } = generateKeyPairSync('x25519');
      const secret = plain(privateKey.export({ format: 'raw-private' }));
      rememberSecretKey('x25519', secret, privateKey);
      return { secret, publicKey: rawPublicKey(publicKey) };
    },
    publicKey(secret) {
      requireLength(secret, X25519_KEY_BYTES, 'an X25519 secret key');
      return rawPublicKey(createPublicKey(importSecretKey('x25519', secret)));
    },
    sharedSecret(secret, publicKey) {
      requireLength(secret, X25519_KEY_BYTES, 'an X25519 secret key');
      requireLength(publicKey, X25519_KEY_BYTES, 'an X25519 public key');
      const peer = createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType: 'x25519' });
      const privateKey = importSecretKey('x25519', secret);
      try {
        return plain(diffieHellman({ privateKey, publicKey: peer }));
      } catch {
        // With lengths checked, the only derivation OpenSSL refuses is the one that gives zero.
        throw new LowOrderPointError();
      }
    },
  },

  ed25519: {
    generate() {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const secret = plain(privateKey.export({ format: 'raw-private' }));
      rememberSecretKey('ed25519', secret, privateKey);
      return { secret, publicKey: rawPublicKey(publicKey) };
    },
    publicKey(seed) {
      requireLength(seed, ED25519_KEY_BYTES, 'an Ed25519 seed');
      return rawPublicKey(createPublicKey(importSecretKey('ed25519', seed)));
    },
    sign(seed, message) {
      requireLength(seed, ED25519_KEY_BYTES, 'an Ed25519 seed');
      return plain(sign(null, message, importSecretKey('ed25519', seed)));
    },
    verify(publicKey, message, signature) {
      if (signature.length !== ED25519_SIGNATURE_BYTES || !isAcceptableEd25519Key(publicKey)) return false;
      try {
        const key = createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType: 'ed25519' });
        return verify(null, message, key, signature);
      } catch {
        return false;
      }
    },
  },

  mlkem768: {
    generate() {
      const { privateKey, publicKey } = generateKeyPairSync('ml-kem-768');
      const secret = plain(privateKey.export({ format: 'raw-seed' }));
      rememberSecretKey('ml-kem-768', secret, privateKey);
      return { secret, publicKey: rawPublicKey(publicKey) };
    },
    publicKey(seed) {
      requireLength(seed, MLKEM768_SEED_BYTES, 'an ML-KEM-768 seed');
      return rawPublicKey(createPublicKey(importSecretKey('ml-kem-768', seed)));
    },
    encapsulate(publicKey) {
      requireLength(publicKey, MLKEM768_PUBLIC_KEY_BYTES, 'an ML-KEM-768 public key');
      const { sharedKey, ciphertext } = encapsulate(importEncapsulationKey(publicKey));
      return { ciphertext: plain(ciphertext), sharedSecret: plain(sharedKey) };
    },
    decapsulate(seed, ciphertext) {
      requireLength(seed, MLKEM768_SEED_BYTES, 'an ML-KEM-768 seed');
      requireLength(ciphertext, MLKEM768_CIPHERTEXT_BYTES, 'an ML-KEM-768 ciphertext');
      return plain(decapsulate(importSecretKey('ml-kem-768', seed), ciphertext));
    },
  },

  chacha20poly1305: {
    seal(key, nonce, associatedData, plaintext) {
      requireLength(key, CHACHA20_KEY_BYTES, 'a ChaCha20 key');
      requireLength(nonce, CHACHA20_NONCE_BYTES, 'a ChaCha20 nonce');
      const cipher = createCipheriv(AEAD, key, nonce, AEAD_OPTIONS);
      if (associatedData.length > 0) cipher.setAAD(associatedData);
      const sealed = new Uint8Array(plaintext.length + POLY1305_TAG_BYTES);
      sealed.set(cipher.update(plaintext));
      cipher.final();
      sealed.set(cipher.getAuthTag(), plaintext.length);
      return sealed;
    },
    open(key, nonce, associatedData, ciphertext) {
      requireLength(key, CHACHA20_KEY_BYTES, 'a ChaCha20 key');
      requireLength(nonce, CHACHA20_NONCE_BYTES, 'a ChaCha20 nonce');
      const length = ciphertext.length - POLY1305_TAG_BYTES;
      if (length < 0) throw new DecryptError();
      const decipher = createDecipheriv(AEAD, key, nonce, AEAD_OPTIONS);
      if (associatedData.length > 0) decipher.setAAD(associatedData);
      decipher.setAuthTag(ciphertext.subarray(length));
      const plaintext = decipher.update(ciphertext.subarray(0, length));
      try {
        decipher.final();
      } catch {
        plaintext.fill(0);
        throw new DecryptError();
      }
      return plain(plaintext);
    },
  },
};

/** A Buffer as the Uint8Array it is: Buffer's `slice` shares memory where Uint8Array's copies, so none may leak to callers. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function rawPublicKey(key: KeyObject): KeyPair['publicKey'] {
  return plain(key.export({ format: 'raw-public' }));
}

function importEncapsulationKey(publicKey: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType: 'ml-kem-768' });
  } catch {
    throw new InvalidKeyError();
  }
}
