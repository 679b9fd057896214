import { ED25519_KEY_BYTES } from './lengths.ts';

// RFC 8032 leaves room where libraries differ: encodings with y >= p, and keys of small order, under which one signature
// fits many messages. Both providers refuse them before they ask their library, so that two clients never disagree.

const P = 2n ** 255n - 19n;
/** y of the eight points whose order divides the cofactor. */
const SMALL_ORDER_Y = new Set([
  0n,
  1n,
  P - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
]);

/** Is this 32 bytes, canonical, and not a point of small order? It need not be on the curve. */
export function isAcceptableEd25519Key(publicKey: Uint8Array): boolean {
  if (publicKey.length !== ED25519_KEY_BYTES) return false;
  const y = littleEndian(publicKey) & (2n ** 255n - 1n);
  return y < P && !SMALL_ORDER_Y.has(y);
}

/** The number that bytes encode, least significant byte first. */
export function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  return value;
}
