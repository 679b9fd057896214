/** The raw module of libsodium in WebAssembly, which brings no types: the part of it that `sodium.ts` uses. Numbers are addresses in `HEAPU8`. */
declare module 'libsodium' {
  export interface Libsodium {
    readonly HEAPU8: Uint8Array;
    _sodium_init(): number;
    _malloc(bytes: number): number;
    /** 64-bit lengths come in two halves, the lower one first. Returns 0. */
    _crypto_aead_chacha20poly1305_ietf_encrypt(
      ciphertext: number,
      ciphertextLength: number,
      message: number,
      messageLength: number,
      messageLengthHigh: number,
      ad: number,
      adLength: number,
      adLengthHigh: number,
      secretNonce: number,
      nonce: number,
      key: number,
    ): number;
    /** Returns -1 when the tag does not match; nothing but zeros has been written then. */
    _crypto_aead_chacha20poly1305_ietf_decrypt(
      message: number,
      messageLength: number,
      secretNonce: number,
      ciphertext: number,
      ciphertextLength: number,
      ciphertextLengthHigh: number,
      ad: number,
      adLength: number,
      adLengthHigh: number,
      nonce: number,
      key: number,
    ): number;
  }

  /** Compiles it: some 10 ms. */
  export default function load(environment: { readonly getRandomValue: () => number }): Promise<Libsodium>;
}
