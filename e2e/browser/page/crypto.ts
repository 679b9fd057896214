/** What is bundled for crypto.test.ts: the crypto compliance suite, whole handshakes on the noble provider, and the environment. */
import { browserEnvironment } from '@parley/client/browser';
import { webCrypto } from '@parley/protocol/crypto/web';
import '../../../packages/protocol/test/crypto/compliance.test.ts';
import { runXXhfs } from '../../../packages/protocol/test/noise/xxhfs.ts';
import type { CryptoPage } from '../crypto-page.ts';
import { runCollected } from './node-test.ts';

const page: CryptoPage = {
  runCollected,
  runVectors(vectors) {
    return vectors.map((vector) =>
      runXXhfs({ ...vector, payloads: vector.messages.map(({ payload }) => payload) }, webCrypto, webCrypto),
    );
  },
  async deferred() {
    const { defer } = await browserEnvironment();
    const order: string[] = [];
    const last = Promise.withResolvers<void>();
    defer(() => order.push('first'));
    defer(() => {
      order.push('second');
      defer(last.resolve);
    });
    void Promise.resolve().then(() => order.push('this turn'));
    await last.promise;
    return order;
  },
};

Object.assign(globalThis, { page });
