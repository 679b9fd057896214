import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** HKDF (RFC 5869) of one hash. Synchronous: a WebCrypto call costs more than the hash. */
export class Hkdf {
  /** Bytes of a pseudo-random key. */
  readonly size: number;
  /** RFC 9180, section 7.2. */
  readonly id: number;
  readonly #hash: 'sha256' | 'sha512';

  constructor(hash: 'sha256' | 'sha512') {
    this.#hash = hash;
    this.size = hash === 'sha256' ? 32 : 64;
    this.id = hash === 'sha256' ? 1 : 3;
  }

  extract(salt: Uint8Array, inputKey: Uint8Array): Uint8Array {
    return bytesOf(createHmac(this.#hash, salt).update(inputKey).digest());
  }

  /** @throws RangeError beyond 255 blocks */
  expand(key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
    const blocks = Math.ceil(length / this.size);
    if (blocks > 255) throw new RangeError('HKDF cannot expand so far');
    const output = new Uint8Array(blocks * this.size);
    let previous = new Uint8Array();
    for (let block = 1; block <= blocks; block++) {
      const hmac = createHmac(this.#hash, key).update(previous).update(info).update(Uint8Array.of(block));
      output.set(hmac.digest(), (block - 1) * this.size);
      previous = output.subarray((block - 1) * this.size, block * this.size);
    }
    return output.length === length ? output : output.slice(0, length);
  }
}

const TAG_BYTES = 16;

/** AES-GCM with a tag of 16 bytes at the end of the ciphertext (RFC 5116). */
export class AesGcm {
  /** RFC 9180, section 7.3. */
  readonly id: number;
  readonly keyBytes: 16 | 32;
  readonly nonceBytes = 12;
  readonly #cipher: 'aes-128-gcm' | 'aes-256-gcm';

  constructor(keyBytes: 16 | 32) {
    this.keyBytes = keyBytes;
    this.id = keyBytes === 16 ? 1 : 2;
    this.#cipher = keyBytes === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
  }

  seal(key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const cipher = createCipheriv(this.#cipher, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData);
    const output = new Uint8Array(plaintext.length + TAG_BYTES);
    output.set(cipher.update(plaintext));
    cipher.final();
    output.set(cipher.getAuthTag(), plaintext.length);
    return output;
  }

  /** @throws Error when the tag does not match; no plaintext is released */
  open(key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const length = ciphertext.length - TAG_BYTES;
    if (length < 0) throw new RangeError('shorter than a tag');
    const decipher = createDecipheriv(this.#cipher, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData);
    decipher.setAuthTag(ciphertext.subarray(length));
    const plaintext = decipher.update(ciphertext.subarray(0, length));
    try {
      decipher.final();
    } catch (error) {
      plaintext.fill(0);
      throw error;
    }
    return bytesOf(plaintext);
  }
}

/** The same memory without Buffer's own methods (its `slice` is a view, a Uint8Array's is a copy). */
export function bytesOf(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
