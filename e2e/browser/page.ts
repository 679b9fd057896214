/** What is bundled for the browser test: the crypto compliance suite and whole handshakes on the noble provider. */
import { webCrypto } from '@parley/protocol/crypto/web';
import '../../packages/protocol/test/crypto/compliance.test.ts';
import { runXXhfs, type XXhfsVector } from '../../packages/protocol/test/noise/xxhfs.ts';
import { collected } from './node-test.ts';

/** How many tests ran, and which failed. */
async function runCompliance(): Promise<{ ran: number; failures: string[] }> {
  const failures: string[] = [];
  for (const { name, run } of collected) {
    try {
      await run();
    } catch (error) {
      failures.push(`${name}: ${error}`);
    }
  }
  return { ran: collected.length, failures };
}

function runVectors(vectors: readonly XXhfsVector[]): XXhfsVector[] {
  return vectors.map((vector) =>
    runXXhfs({ ...vector, payloads: vector.messages.map(({ payload }) => payload) }, webCrypto, webCrypto),
  );
}

Object.assign(globalThis, { runCompliance, runVectors });
