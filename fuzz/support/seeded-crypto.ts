import type { CryptoProvider, KeyPair } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { withFixedKeys } from '../../packages/protocol/test/noise/fixed-keys.ts';
import { Random } from '../engine/random.ts';

/** node:crypto whose keys and random bytes a seed determines, so that an input which one run finds fails in the next one too. */
export function seededCrypto(seed: number): CryptoProvider {
  const random = new Random(seed);
  const bytes = (length: number) => random.bytes(length);
  const fixed = () => withFixedKeys(nodeCrypto, { e: bytes(32), e1: bytes(64), kem: bytes(32) });
  return {
    ...nodeCrypto,
    name: 'seeded',
    randomBytes: bytes,
    x25519: { ...nodeCrypto.x25519, generate: () => fixed().x25519.generate() },
    ed25519: { ...nodeCrypto.ed25519, generate: () => ed25519Pair(bytes(32)) },
    mlkem768: {
      ...nodeCrypto.mlkem768,
      generate: () => fixed().mlkem768.generate(),
      encapsulate: (publicKey) => fixed().mlkem768.encapsulate(publicKey),
    },
  };
}

function ed25519Pair(secret: Uint8Array): KeyPair {
  return { secret, publicKey: nodeCrypto.ed25519.publicKey(secret) };
}

/** When everything that is dated was made, Unix time in milliseconds. */
export const NOW_MS = 1_760_000_000_000;
