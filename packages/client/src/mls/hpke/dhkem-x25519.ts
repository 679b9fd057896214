import { type CryptoProvider, concat, type KeyPair, utf8, wipe } from '@parley/protocol';
import type { Kem } from './kem.ts';
import { EMPTY, LabeledHkdf, u16 } from './labeled.ts';
import { Hkdf } from './symmetric.ts';

/** DHKEM(X25519, HKDF-SHA256), RFC 9180, section 4.1. */
export class DhkemX25519 implements Kem {
  readonly id = 0x0020;
  readonly publicKeyBytes = 32;
  readonly secretKeyBytes = 32;
  readonly #crypto: CryptoProvider;
  readonly #hkdf = new LabeledHkdf(new Hkdf('sha256'), concat(utf8('KEM'), u16(0x0020)));

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto;
  }

  generate(): KeyPair {
    return this.#crypto.x25519.generate();
  }

  derive(inputKey: Uint8Array): KeyPair {
    const prk = this.#hkdf.extract(EMPTY, 'dkp_prk', inputKey);
    const secret = this.#hkdf.expand(prk, 'sk', EMPTY, 32);
    wipe(prk);
    return { secret, publicKey: this.#crypto.x25519.publicKey(secret) };
  }

  encapsulate(publicKey: Uint8Array): { sharedSecret: Uint8Array; encapsulated: Uint8Array } {
    const ephemeral = this.#crypto.x25519.generate();
    const shared = this.#crypto.x25519.sharedSecret(ephemeral.secret, publicKey);
    wipe(ephemeral.secret);
    return { sharedSecret: this.#derive(shared, ephemeral.publicKey, publicKey), encapsulated: ephemeral.publicKey };
  }

  decapsulate(secretKey: Uint8Array, encapsulated: Uint8Array): Uint8Array {
    const shared = this.#crypto.x25519.sharedSecret(secretKey, encapsulated);
    return this.#derive(shared, encapsulated, this.#crypto.x25519.publicKey(secretKey));
  }

  /** `ExtractAndExpand`; wipes its input. */
  #derive(shared: Uint8Array, encapsulated: Uint8Array, publicKey: Uint8Array): Uint8Array {
    const prk = this.#hkdf.extract(EMPTY, 'eae_prk', shared);
    const sharedSecret = this.#hkdf.expand(prk, 'shared_secret', concat(encapsulated, publicKey), 32);
    wipe(shared, prk);
    return sharedSecret;
  }
}
