/** @throws RangeError when `bytes` has not exactly `length` bytes */
export function requireLength(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) throw new RangeError(`${what} must have ${length} bytes`);
}

// What the algorithms prescribe; limits.ts has what Parley chose.
export const SHA256_BYTES = 32;
export const X25519_KEY_BYTES = 32;
export const ED25519_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;
export const MLKEM768_SEED_BYTES = 64;
export const MLKEM768_PUBLIC_KEY_BYTES = 1_184;
export const MLKEM768_CIPHERTEXT_BYTES = 1_088;
export const CHACHA20_KEY_BYTES = 32;
export const CHACHA20_NONCE_BYTES = 12;
export const POLY1305_TAG_BYTES = 16;
