import { wipe } from '../bytes/bytes.ts';
import type { CryptoProvider } from '../crypto/provider.ts';

/** Nonces are JavaScript numbers here, exact up to this one. It is never used: the key is dead from there on. */
const LAST_NONCE = Number.MAX_SAFE_INTEGER;
const NOTHING = new Uint8Array(0);
/** 4 zero bytes, then 2^64 - 1: the nonce that only `rekey` uses. */
const REKEY_NONCE = new Uint8Array(12).fill(0xff, 4);
const REKEY_PLAINTEXT = new Uint8Array(32);
/** That of the call that is under way: a server has thousands of these, and one will do for all. */
const nonceBytes = new Uint8Array(12);
const nonceView = new DataView(nonceBytes.buffer);

/**
 * A ChaCha20-Poly1305 key with its counter (Noise rev 34, section 5.1). It always has a key: before there is one, the symmetric
 * state has no cipher state. A nonce is spent by each call, whether it succeeds or not.
 */
export class CipherState {
  readonly #crypto: CryptoProvider;
  #key: Uint8Array;
  #nonce = 0;

  /** @param key 32 bytes; owned by this object from here on */
  constructor(crypto: CryptoProvider, key: Uint8Array) {
    this.#crypto = crypto;
    this.#key = key;
  }

  /** The nonce that the next call uses. */
  get nonce(): number {
    return this.#nonce;
  }

  setNonce(nonce: number): void {
    if (!Number.isSafeInteger(nonce) || nonce < this.#nonce) throw new RangeError('a nonce never goes back');
    this.#nonce = nonce;
  }

  /** Ciphertext with its tag: 16 bytes longer than the plaintext. */
  encryptWithAd(associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return this.#crypto.chacha20poly1305.seal(this.#key, this.#spendNonce(), associatedData, plaintext);
  }

  /** @throws DecryptError when key, nonce, associated data and ciphertext do not belong together */
  decryptWithAd(associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    return this.#crypto.chacha20poly1305.open(this.#key, this.#spendNonce(), associatedData, ciphertext);
  }

  /** Replaces the key by one that does not lead back to it. The counter goes on (Noise rev 34, section 11.3). */
  rekey(): void {
    if (this.#nonce >= LAST_NONCE) throw new Error('this key is spent');
    const sealed = this.#crypto.chacha20poly1305.seal(this.#key, REKEY_NONCE, NOTHING, REKEY_PLAINTEXT);
    wipe(this.#key);
    this.#key = sealed.subarray(0, 32);
  }

  /** Zeroes the key; every later call throws. */
  wipe(): void {
    wipe(this.#key);
    this.#nonce = LAST_NONCE;
  }

  /** Valid until the next call: 4 zero bytes, then the counter, little-endian (Noise rev 34, section 12.3). */
  #spendNonce(): Uint8Array {
    const nonce = this.#nonce;
    if (nonce >= LAST_NONCE) throw new Error('this key is spent');
    this.#nonce = nonce + 1;
    nonceView.setUint32(4, nonce >>> 0, true);
    nonceView.setUint32(8, Math.floor(nonce / 2 ** 32), true);
    return nonceBytes;
  }
}
