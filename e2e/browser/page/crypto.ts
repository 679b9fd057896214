/** What is bundled for crypto.test.ts: the crypto compliance suite and whole handshakes on the noble provider. */
import { webCrypto } from '@parley/protocol/crypto/web';
import '../../../packages/protocol/test/crypto/compliance.test.ts';
import { runXXhfs, type XXhfsVector } from '../../../packages/protocol/test/noise/xxhfs.ts';
import { runCollected } from './node-test.ts';

const page = {
  runCollected,
  runVectors(vectors: readonly XXhfsVector[]): XXhfsVector[] {
    return vectors.map((vector) =>
      runXXhfs({ ...vector, payloads: vector.messages.map(({ payload }) => payload) }, webCrypto, webCrypto),
    );
  },
};

export type CryptoPage = typeof page;

Object.assign(globalThis, { page });
