import type { XXhfsVector } from '../../packages/protocol/test/noise/xxhfs.ts';

/** What crypto.test.ts can ask of a tab (page/crypto.ts). */
export interface CryptoPage {
  /** Runs the compliance suite of crypto providers. */
  runCollected(): Promise<{ ran: number; failures: string[] }>;
  /** The same vectors, with what came out here. */
  runVectors(vectors: readonly XXhfsVector[]): XXhfsVector[];
  /** In which order callbacks come that are to run after this turn, and what was still to do in it. */
  deferred(): Promise<string[]>;
}
