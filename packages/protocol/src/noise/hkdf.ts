import { concat, wipe } from '../bytes/bytes.ts';
import type { CryptoProvider } from '../crypto/provider.ts';

/** HKDF of Noise rev 34, section 4.3, with SHA-256: two or three outputs of 32 bytes. */
export function hkdf(crypto: CryptoProvider, chainingKey: Uint8Array, input: Uint8Array, outputs: 2): [Uint8Array, Uint8Array];
export function hkdf(
  crypto: CryptoProvider,
  chainingKey: Uint8Array,
  input: Uint8Array,
  outputs: 3,
): [Uint8Array, Uint8Array, Uint8Array];
export function hkdf(crypto: CryptoProvider, chainingKey: Uint8Array, input: Uint8Array, outputs: number): Uint8Array[] {
  const temporaryKey = crypto.hmacSha256(chainingKey, input);
  const results: Uint8Array[] = [];
  let last: Uint8Array = new Uint8Array(0);
  for (let i = 1; i <= outputs; i++) {
    last = crypto.hmacSha256(temporaryKey, concat(last, Uint8Array.of(i)));
    results.push(last);
  }
  wipe(temporaryKey);
  return results;
}
