import type { CryptoProvider, KeyPair } from '@parley/protocol';
import { encapsulateWith } from '../../src/crypto/web.ts';

export interface FixedRandomness {
  /** Secret of the ephemeral X25519 key, 32 bytes. */
  readonly e?: Uint8Array;
  /** Seed of the ephemeral ML-KEM key, 64 bytes. */
  readonly e1?: Uint8Array;
  /** Randomness of the encapsulation, 32 bytes: noble takes it, whatever the provider. */
  readonly kem?: Uint8Array;
}

/** A provider whose fresh keys are the given ones. Each call gets its own copy, since handshakes wipe theirs. */
export function withFixedKeys(crypto: CryptoProvider, { e, e1, kem }: FixedRandomness): CryptoProvider {
  return {
    ...crypto,
    x25519: { ...crypto.x25519, generate: () => pairOf(crypto.x25519, e) },
    mlkem768: {
      ...crypto.mlkem768,
      generate: () => pairOf(crypto.mlkem768, e1),
      encapsulate: (publicKey) => encapsulateWith(publicKey, given(kem)),
    },
  };
}

/** The key pair of a given secret. */
export function pairOf(algorithm: { publicKey(secret: Uint8Array): Uint8Array }, secret: Uint8Array | undefined): KeyPair {
  const own = given(secret).slice();
  return { secret: own, publicKey: algorithm.publicKey(own) };
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the vector does not say this key');
  return value;
}
