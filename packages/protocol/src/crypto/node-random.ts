import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;
/** More is drawn for itself. */
const MAX_POOLED_BYTES = 64;

/**
 * A call of the generator costs 10 to 30 µs, more than the AEAD it draws a nonce for, and about the same for 4,096 bytes as for 12.
 * So small amounts come out of a pool; what was handed out leaves zeros there.
 */
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

export function randomBytes(length: number): Uint8Array {
  if (length > MAX_POOLED_BYTES) return randomFillSync(new Uint8Array(length));
  if (used + length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const drawn = pool.slice(used, used + length);
  pool.fill(0, used, used + length);
  used += length;
  return drawn;
}
