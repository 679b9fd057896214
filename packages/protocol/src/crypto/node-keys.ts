import { createPrivateKey, hash, type KeyObject } from 'node:crypto';

type SecretKeyType = 'x25519' | 'ed25519' | 'ml-kem-768';

interface CachedKey {
  readonly keyType: SecretKeyType;
  readonly digest: Uint8Array;
  readonly key: KeyObject;
}

/**
 * OpenSSL derives the public key whenever it imports a secret one: about 40 µs for X25519 and Ed25519, 140 µs for ML-KEM, as
 * much as the operation itself. A login uses its keys two or three times, so imported keys are kept for as long as the caller's
 * buffer lives. The digest (1.5 µs) notices a buffer that was wiped or filled anew since; it holds nothing that would have to
 * be wiped.
 */
const cache = new WeakMap<Uint8Array, CachedKey>();

/** The key of a raw secret: 32 bytes for X25519 and Ed25519, the 64-byte seed for ML-KEM. */
export function importSecretKey(keyType: SecretKeyType, secret: Uint8Array): KeyObject {
  const digest = hash('sha256', secret, 'buffer');
  const cached = cache.get(secret);
  if (cached !== undefined && cached.keyType === keyType && digest.equals(cached.digest)) return cached.key;
  const format = keyType === 'ml-kem-768' ? 'raw-seed' : 'raw-private';
  const key = createPrivateKey({ key: secret, format, asymmetricKeyType: keyType });
  cache.set(secret, { keyType, digest, key });
  return key;
}

/** Keeps a key that was just generated, whose raw secret is `secret`. */
export function rememberSecretKey(keyType: SecretKeyType, secret: Uint8Array, key: KeyObject): void {
  cache.set(secret, { keyType, digest: hash('sha256', secret, 'buffer'), key });
}
