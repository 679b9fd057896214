import { concat, utf8, wipe } from '@parley/protocol';
import type { Kem } from './kem.ts';
import { EMPTY, LabeledHkdf, u16 } from './labeled.ts';
import type { AesGcm, Hkdf } from './symmetric.ts';

const MODE_BASE = Uint8Array.of(0);

/** HPKE (RFC 9180) in base mode, one message a context: all that MLS uses of it. */
export class Hpke {
  readonly kem: Kem;
  readonly aead: AesGcm;
  readonly #size: number;
  readonly #hkdf: LabeledHkdf;

  constructor(kem: Kem, hkdf: Hkdf, aead: AesGcm) {
    this.kem = kem;
    this.aead = aead;
    this.#size = hkdf.size;
    this.#hkdf = new LabeledHkdf(hkdf, concat(utf8('HPKE'), u16(kem.id), u16(hkdf.id), u16(aead.id)));
  }

  seal(publicKey: Uint8Array, info: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Sealed {
    const { sharedSecret, encapsulated } = this.kem.encapsulate(publicKey);
    const { key, nonce } = this.#messageKey(sharedSecret, info);
    const ciphertext = this.aead.seal(key, nonce, associatedData, plaintext);
    wipe(key);
    return { encapsulated, ciphertext };
  }

  /** @throws Error when it does not open */
  open(secretKey: Uint8Array, info: Uint8Array, associatedData: Uint8Array, { encapsulated, ciphertext }: Sealed): Uint8Array {
    const { key, nonce } = this.#messageKey(this.kem.decapsulate(secretKey, encapsulated), info);
    try {
      return this.aead.open(key, nonce, associatedData, ciphertext);
    } finally {
      wipe(key);
    }
  }

  /** A secret for the owner of `publicKey`, and what lets them have it. */
  exportTo(publicKey: Uint8Array, info: Uint8Array, context: Uint8Array, length: number): Exported {
    const { sharedSecret, encapsulated } = this.kem.encapsulate(publicKey);
    return { encapsulated, secret: this.#export(sharedSecret, info, context, length) };
  }

  exportFrom(secretKey: Uint8Array, encapsulated: Uint8Array, info: Uint8Array, context: Uint8Array, length: number): Uint8Array {
    return this.#export(this.kem.decapsulate(secretKey, encapsulated), info, context, length);
  }

  #messageKey(sharedSecret: Uint8Array, info: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
    const schedule = this.#schedule(sharedSecret, info);
    const key = this.#hkdf.expand(schedule.secret, 'key', schedule.context, this.aead.keyBytes);
    const nonce = this.#hkdf.expand(schedule.secret, 'base_nonce', schedule.context, this.aead.nonceBytes);
    wipe(schedule.secret);
    return { key, nonce };
  }

  #export(sharedSecret: Uint8Array, info: Uint8Array, context: Uint8Array, length: number): Uint8Array {
    const schedule = this.#schedule(sharedSecret, info);
    const exporter = this.#hkdf.expand(schedule.secret, 'exp', schedule.context, this.#size);
    const exported = this.#hkdf.expand(exporter, 'sec', context, length);
    wipe(schedule.secret, exporter);
    return exported;
  }

  /** `KeySchedule` of section 5.1 without a pre-shared key; wipes the shared secret. */
  #schedule(sharedSecret: Uint8Array, info: Uint8Array): { secret: Uint8Array; context: Uint8Array } {
    const pskIdHash = this.#hkdf.extract(EMPTY, 'psk_id_hash', EMPTY);
    const infoHash = this.#hkdf.extract(EMPTY, 'info_hash', info);
    const secret = this.#hkdf.extract(sharedSecret, 'secret', EMPTY);
    wipe(sharedSecret);
    return { secret, context: concat(MODE_BASE, pskIdHash, infoHash) };
  }
}

interface Sealed {
  readonly encapsulated: Uint8Array;
  readonly ciphertext: Uint8Array;
}

interface Exported {
  readonly encapsulated: Uint8Array;
  readonly secret: Uint8Array;
}
