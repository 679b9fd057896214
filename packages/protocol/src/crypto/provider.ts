/**
 * The few primitives Parley needs, behind one interface. `node.ts` (node:crypto, OpenSSL) and `web.ts` (noble) implement it
 * and pass one compliance suite. All calls are synchronous. Callers own the buffers they pass, and may use them for other
 * things as soon as the call returns; results are buffers, or views of ones, that nothing else writes to.
 *
 * Inputs of a wrong length throw `RangeError`: that is a programmer's mistake or was checked by the decoder before.
 */
export interface CryptoProvider {
  readonly name: string;

  /** `length` bytes from the system's CSPRNG. */
  randomBytes(length: number): Uint8Array;

  /** SHA-256 (FIPS 180-4): 32 bytes. */
  sha256(data: Uint8Array): Uint8Array;
  /** SHA-512 (FIPS 180-4): 64 bytes. */
  sha512(data: Uint8Array): Uint8Array;
  /** HMAC-SHA-256 (RFC 2104): 32 bytes. */
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;

  /** X25519 (RFC 7748). */
  readonly x25519: {
    /** Fresh key pair: 32-byte secret, 32-byte public key. */
    generate(): KeyPair;
    /** Public key (32 bytes) of a secret key (32 bytes). */
    publicKey(secret: Uint8Array): Uint8Array;
    /**
     * Shared secret, 32 bytes.
     * @throws LowOrderPointError when the result would be all zero (RFC 7748, section 6.1)
     */
    sharedSecret(secret: Uint8Array, publicKey: Uint8Array): Uint8Array;
  };

  /** Ed25519 (RFC 8032), keys as 32-byte seeds. */
  readonly ed25519: {
    generate(): KeyPair;
    publicKey(seed: Uint8Array): Uint8Array;
    /** Signature, 64 bytes. */
    sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
    /** False for any signature or key that is not valid, whatever its length; never throws. */
    verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  };

  /** ML-KEM-768 (FIPS 203). The secret is the 64-byte seed d ‖ z. */
  readonly mlkem768: {
    /** Secret 64 bytes (seed), public key 1,184 bytes. */
    generate(): KeyPair;
    publicKey(seed: Uint8Array): Uint8Array;
    /**
     * Ciphertext 1,088 bytes and shared secret 32 bytes.
     * @throws InvalidKeyError when the key fails the modulus check of FIPS 203, section 7.2
     */
    encapsulate(publicKey: Uint8Array): { ciphertext: Uint8Array; sharedSecret: Uint8Array };
    /** Shared secret, 32 bytes; for a forged ciphertext a pseudo-random one (implicit rejection). */
    decapsulate(seed: Uint8Array, ciphertext: Uint8Array): Uint8Array;
  };

  /** ChaCha20-Poly1305 (RFC 8439): key 32 bytes, nonce 12 bytes, tag of 16 bytes at the end of the ciphertext. */
  readonly chacha20poly1305: {
    seal(key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array;
    /** @throws DecryptError when the tag does not match; no plaintext is released */
    open(key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array;
  };
}

export interface KeyPair {
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** The AEAD tag did not match. */
export class DecryptError extends Error {
  override readonly name = 'DecryptError';
  constructor() {
    super('decryption failed');
  }
}

/** A Diffie-Hellman result that would be all zero. */
export class LowOrderPointError extends Error {
  override readonly name = 'LowOrderPointError';
  constructor() {
    super('the public key is a point of low order');
  }
}

/** A public key that its standard says to refuse. */
export class InvalidKeyError extends Error {
  override readonly name = 'InvalidKeyError';
  constructor() {
    super('the public key is not valid');
  }
}
