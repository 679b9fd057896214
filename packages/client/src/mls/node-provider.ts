import { createHmac, hash } from 'node:crypto';
import { type CryptoProvider, equalConstantTime } from '@parley/protocol';
import type { CiphersuiteImpl, CryptoProvider as MlsCryptoProvider, PrivateKey, PublicKey } from 'ts-mls';
import { DhkemX25519 } from './hpke/dhkem-x25519.ts';
import { Hpke } from './hpke/hpke.ts';
import { AesGcm, bytesOf, Hkdf } from './hpke/symmetric.ts';
import { XWing } from './hpke/x-wing.ts';
import { isSuiteName, type SuiteName } from './suites.ts';

const EMPTY = new Uint8Array();

/**
 * ts-mls's primitives on node:crypto. Each call does its work before it returns its promise: a message needs about a dozen of
 * them, and a round trip through WebCrypto's threads costs more than most.
 *
 * @param crypto X25519, ML-KEM-768, Ed25519 and randomness
 */
export function nodeProvider(crypto: CryptoProvider): MlsCryptoProvider {
  return {
    async getCiphersuiteImpl({ name }): Promise<CiphersuiteImpl> {
      if (!isSuiteName(name)) throw new RangeError(`no ciphersuite ${name} here`);
      return suiteImplementation(crypto, name);
    },
  };
}

function suiteImplementation(crypto: CryptoProvider, name: SuiteName): CiphersuiteImpl {
  const hybrid = name === 'MLS_256_XWING_AES256GCM_SHA512_Ed25519';
  const algorithm = hybrid ? 'sha512' : 'sha256';
  const hkdf = new Hkdf(algorithm);
  const hpke = new Hpke(hybrid ? new XWing(crypto) : new DhkemX25519(crypto), hkdf, new AesGcm(hybrid ? 32 : 16));
  const mac = (key: Uint8Array, data: Uint8Array) => bytesOf(createHmac(algorithm, key).update(data).digest());
  return {
    name,
    rng: { randomBytes: (length) => crypto.randomBytes(length) },
    hash: {
      digest: async (data) => bytesOf(hash(algorithm, data, 'buffer')),
      mac: async (key, data) => mac(key, data),
      verifyMac: async (key, tag, data) => equalConstantTime(tag, mac(key, data)),
    },
    kdf: {
      size: hkdf.size,
      extract: async (salt, inputKey) => hkdf.extract(salt, inputKey),
      expand: async (key, info, length) => hkdf.expand(key, info, length),
    },
    signature: signatures(crypto),
    hpke: hpkeAdapter(hpke),
  };
}

function signatures({ ed25519 }: CryptoProvider): CiphersuiteImpl['signature'] {
  return {
    sign: async (seed, message) => ed25519.sign(seed, message),
    verify: async (publicKey, message, signature) => ed25519.verify(publicKey, message, signature),
    keygen: async () => {
      const { secret, publicKey } = ed25519.generate();
      return { signKey: secret, publicKey };
    },
  };
}

/** ts-mls types HPKE keys as CryptoKeys but only hands them back: here they are the bytes, tagged with their role. */
class RawKey {
  readonly type: 'public' | 'private';
  readonly bytes: Uint8Array;

  constructor(type: 'public' | 'private', bytes: Uint8Array, expectedBytes: number) {
    if (bytes.length !== expectedBytes) throw new RangeError(`a ${type} HPKE key of ${bytes.length} bytes`);
    this.type = type;
    this.bytes = bytes;
  }

  toJSON(): string {
    return `[${this.type} key]`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toJSON();
  }
}

function hpkeAdapter(hpke: Hpke): CiphersuiteImpl['hpke'] {
  const { kem, aead } = hpke;
  const publicKey = (bytes: Uint8Array) => new RawKey('public', bytes.slice(), kem.publicKeyBytes) as unknown as PublicKey;
  const privateKey = (bytes: Uint8Array) => new RawKey('private', bytes.slice(), kem.secretKeyBytes) as unknown as PrivateKey;
  return {
    keyLength: aead.keyBytes,
    nonceLength: aead.nonceBytes,
    encryptAead: async (key, nonce, associatedData, plaintext) => aead.seal(key, nonce, associatedData ?? EMPTY, plaintext),
    decryptAead: async (key, nonce, associatedData, ciphertext) => aead.open(key, nonce, associatedData ?? EMPTY, ciphertext),
    seal: async (key, plaintext, info, associatedData) => {
      const sealed = hpke.seal(bytesOfKey(key, 'public'), info, associatedData ?? EMPTY, plaintext);
      return { ct: sealed.ciphertext, enc: sealed.encapsulated };
    },
    open: async (key, encapsulated, ciphertext, info, associatedData) =>
      hpke.open(bytesOfKey(key, 'private'), info, associatedData ?? EMPTY, { encapsulated, ciphertext }),
    exportSecret: async (key, context, length, info) => {
      const { encapsulated, secret } = hpke.exportTo(bytesOfKey(key, 'public'), info, context, length);
      return { enc: encapsulated, secret };
    },
    importSecret: async (key, context, encapsulated, length, info) =>
      hpke.exportFrom(bytesOfKey(key, 'private'), encapsulated, info, context, length),
    importPublicKey: async (bytes) => publicKey(bytes),
    importPrivateKey: async (bytes) => privateKey(bytes),
    exportPublicKey: async (key) => bytesOfKey(key, 'public').slice(),
    exportPrivateKey: async (key) => bytesOfKey(key, 'private').slice(),
    generateKeyPair: async () => pair(kem.generate()),
    deriveKeyPair: async (inputKey) => pair(kem.derive(inputKey)),
  };

  function pair({ secret, publicKey: bytes }: { secret: Uint8Array; publicKey: Uint8Array }) {
    return { privateKey: privateKey(secret), publicKey: publicKey(bytes) };
  }
}

function bytesOfKey(key: unknown, type: RawKey['type']): Uint8Array {
  if (!(key instanceof RawKey) || key.type !== type) throw new TypeError(`not a ${type} key of this provider`);
  return key.bytes;
}
