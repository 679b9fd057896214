import { concat, utf8 } from '../bytes/bytes.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { ED25519_KEY_BYTES } from '../crypto/lengths.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { requireLength } from '../wire/decode.ts';
import { parseUsername } from './usernames.ts';

const ITERATIONS = 5_200;
const GROUPS_PER_SIDE = 6;

/** One of the two users a safety number is about. */
export interface SafetyNumberSide {
  readonly username: string;
  /** Ed25519, 32 bytes. */
  readonly identityKey: Uint8Array;
}

/**
 * What two people compare to know that nobody stands between them: 60 digits in 12 groups of five, the same on both sides
 * (docs/protocol.md, "Identities").
 *
 * Each side is 30 digits: h = version u16 ‖ identity key ‖ username, then 5,200 times h = SHA-512(h ‖ identity key), then each
 * 5 bytes of the first 30 as a big-endian number modulo 100,000. The smaller side comes first.
 * @throws ParleyError `malformed` for a key or name of the wrong form
 */
export function safetyNumber(crypto: CryptoProvider, pair: { version: 1; a: SafetyNumberSide; b: SafetyNumberSide }): string {
  const sides = [sideDigits(crypto, pair.version, pair.a), sideDigits(crypto, pair.version, pair.b)];
  return sides.sort().join(' ');
}

// Six groups of the same length each: comparing them as text compares their digits.
function sideDigits(crypto: CryptoProvider, version: number, side: SafetyNumberSide): string {
  requireLength(side.identityKey, ED25519_KEY_BYTES, 'identity key');
  let hash = new ByteWriter()
    .u16(version)
    .bytes(side.identityKey)
    .bytes(utf8(parseUsername(side.username)))
    .finish();
  for (let i = 0; i < ITERATIONS; i++) hash = crypto.sha512(concat(hash, side.identityKey));
  const groups = Array.from({ length: GROUPS_PER_SIDE }, (_, group) => {
    let value = 0;
    for (const byte of hash.subarray(5 * group, 5 * group + 5)) value = value * 256 + byte;
    return String(value % 100_000).padStart(5, '0');
  });
  return groups.join(' ');
}
