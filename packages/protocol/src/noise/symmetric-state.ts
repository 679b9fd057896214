import { concat, utf8, wipe } from '../bytes/bytes.ts';
import { POLY1305_TAG_BYTES, SHA256_BYTES } from '../crypto/lengths.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { CipherState } from './cipher-state.ts';
import { hkdf } from './hkdf.ts';

const NOTHING = new Uint8Array(0);

/** Chaining key, transcript hash and current cipher of a handshake (Noise rev 34, section 5.2), with SHA-256. */
export class SymmetricState {
  readonly #crypto: CryptoProvider;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #cipher: CipherState | undefined;

  constructor(crypto: CryptoProvider, protocolName: string) {
    this.#crypto = crypto;
    const name = utf8(protocolName);
    this.#hash = name.length <= SHA256_BYTES ? concat(name, new Uint8Array(SHA256_BYTES - name.length)) : crypto.sha256(name);
    this.#chainingKey = this.#hash.slice();
  }

  /** Bytes that `encryptAndHash` adds now: 16 once there is a key, else none. */
  get overhead(): number {
    return this.#cipher === undefined ? 0 : POLY1305_TAG_BYTES;
  }

  /** The transcript so far, 32 bytes. */
  get handshakeHash(): Uint8Array {
    return this.#hash.slice();
  }

  mixKey(inputKeyMaterial: Uint8Array): void {
    const [chainingKey, key] = hkdf(this.#crypto, this.#chainingKey, inputKeyMaterial, 2);
    this.#replaceKeys(chainingKey, key);
  }

  mixHash(data: Uint8Array): void {
    this.#hash = this.#crypto.sha256(concat(this.#hash, data));
  }

  mixKeyAndHash(inputKeyMaterial: Uint8Array): void {
    const [chainingKey, hash, key] = hkdf(this.#crypto, this.#chainingKey, inputKeyMaterial, 3);
    this.mixHash(hash);
    this.#replaceKeys(chainingKey, key);
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipher === undefined ? plaintext : this.#cipher.encryptWithAd(this.#hash, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @throws DecryptError when the ciphertext does not fit key and transcript */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#cipher === undefined ? ciphertext.slice() : this.#cipher.decryptWithAd(this.#hash, ciphertext);
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** The two keys of the transport phase: from initiator to responder, and back. Wipes this state. */
  split(): [CipherState, CipherState] {
    const [toResponder, toInitiator] = hkdf(this.#crypto, this.#chainingKey, NOTHING, 2);
    this.wipe();
    return [new CipherState(this.#crypto, toResponder), new CipherState(this.#crypto, toInitiator)];
  }

  wipe(): void {
    wipe(this.#chainingKey);
    this.#cipher?.wipe();
  }

  #replaceKeys(chainingKey: Uint8Array, key: Uint8Array): void {
    this.wipe();
    this.#chainingKey = chainingKey;
    this.#cipher = new CipherState(this.#crypto, key);
  }
}
