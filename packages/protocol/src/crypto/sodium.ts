/// <reference path="./libsodium.d.ts" />
import load, { type Libsodium } from 'libsodium';
import { CHACHA20_KEY_BYTES, CHACHA20_NONCE_BYTES, POLY1305_TAG_BYTES, requireLength } from './lengths.ts';
import { nodeCrypto } from './node.ts';
import { type CryptoProvider, DecryptError } from './provider.ts';

/**
 * Up to so many bytes libsodium is faster. Whatever the size, OpenSSL takes some 3 µs to make and throw away a context; its vector
 * instructions win that back from about here on (bench/RESULTS.md).
 */
const MAX_SHORT = 1_024;
/** Longest associated data of short ones, bytes: a handshake hash has 32. */
const MAX_SHORT_AD = 64;

/**
 * `nodeCrypto`, with libsodium (WebAssembly) for what is short: of a server that relays chat, nearly everything. OpenSSL and libsodium
 * are two engines of the one ChaCha20-Poly1305 of RFC 8439, and give the same bytes.
 */
export async function sodiumCrypto(): Promise<CryptoProvider> {
  const short = new ShortAead(await load({ getRandomValue }));
  const long = nodeCrypto.chacha20poly1305;
  return {
    ...nodeCrypto,
    name: 'node with libsodium',
    chacha20poly1305: {
      seal: (key, nonce, ad, plaintext) =>
        plaintext.length <= MAX_SHORT && ad.length <= MAX_SHORT_AD
          ? short.seal(key, nonce, ad, plaintext)
          : long.seal(key, nonce, ad, plaintext),
      open: (key, nonce, ad, ciphertext) =>
        ciphertext.length <= MAX_SHORT && ad.length <= MAX_SHORT_AD && ciphertext.length >= POLY1305_TAG_BYTES
          ? short.open(key, nonce, ad, ciphertext)
          : long.open(key, nonce, ad, ciphertext),
    },
  };
}

/** libsodium asks for this when it starts; what is used of it here needs no randomness. */
function getRandomValue(): number {
  return new DataView(nodeCrypto.randomBytes(4).slice().buffer).getUint32(0);
}

/** ChaCha20-Poly1305 in libsodium's memory, where there is one place for everything. */
class ShortAead {
  readonly #sodium: Libsodium;
  readonly #key: number;
  readonly #nonce: number;
  readonly #ad: number;
  readonly #input: number;
  readonly #output: number;

  constructor(sodium: Libsodium) {
    if (sodium._sodium_init() < 0) throw new Error('libsodium does not start');
    this.#sodium = sodium;
    this.#key = sodium._malloc(CHACHA20_KEY_BYTES);
    this.#nonce = sodium._malloc(CHACHA20_NONCE_BYTES);
    this.#ad = sodium._malloc(MAX_SHORT_AD);
    this.#input = sodium._malloc(MAX_SHORT + POLY1305_TAG_BYTES);
    this.#output = sodium._malloc(MAX_SHORT + POLY1305_TAG_BYTES);
  }

  seal(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const memory = this.#bring(key, nonce, ad, plaintext);
    this.#sodium._crypto_aead_chacha20poly1305_ietf_encrypt(
      this.#output,
      0,
      this.#input,
      plaintext.length,
      0,
      this.#ad,
      ad.length,
      0,
      0,
      this.#nonce,
      this.#key,
    );
    return this.#take(memory, inSlab(plaintext.length + POLY1305_TAG_BYTES));
  }

  open(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const memory = this.#bring(key, nonce, ad, ciphertext);
    const failure = this.#sodium._crypto_aead_chacha20poly1305_ietf_decrypt(
      this.#output,
      0,
      0,
      this.#input,
      ciphertext.length,
      0,
      this.#ad,
      ad.length,
      0,
      this.#nonce,
      this.#key,
    );
    const plaintext = this.#take(memory, new Uint8Array(ciphertext.length - POLY1305_TAG_BYTES));
    if (failure !== 0) throw new DecryptError();
    return plaintext;
  }

  #bring(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, input: Uint8Array): Uint8Array {
    requireLength(key, CHACHA20_KEY_BYTES, 'a ChaCha20 key');
    requireLength(nonce, CHACHA20_NONCE_BYTES, 'a ChaCha20 nonce');
    const memory = this.#sodium.HEAPU8; // another one once it has grown
    memory.set(key, this.#key);
    memory.set(nonce, this.#nonce);
    memory.set(ad, this.#ad);
    memory.set(input, this.#input);
    return memory;
  }

  /** The result. Neither key nor text stays here. */
  #take(memory: Uint8Array, result: Uint8Array): Uint8Array {
    result.set(memory.subarray(this.#output, this.#output + result.length));
    memory.fill(0, this.#key, this.#key + CHACHA20_KEY_BYTES);
    memory.fill(0, this.#input, this.#input + result.length + POLY1305_TAG_BYTES);
    memory.fill(0, this.#output, this.#output + result.length);
    return result;
  }
}

/** A ciphertext leaves at once, and lies with others in one slab: a buffer of its own would cost as much as the cipher. */
function inSlab(bytes: number): Uint8Array {
  const slab = Buffer.allocUnsafe(bytes);
  return new Uint8Array(slab.buffer, slab.byteOffset, bytes);
}
