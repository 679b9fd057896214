import { nodeCrypto } from '@parley/protocol/crypto/node';
import { createMls } from './adapter.ts';
import type { Mls } from './mls.ts';
import { nodeProvider } from './node-provider.ts';
import type { SuiteNumber } from './suites.ts';

/** MLS on node:crypto. */
export function nodeMls(suite?: SuiteNumber): Promise<Mls> {
  return createMls({ crypto: nodeCrypto, provider: nodeProvider(nodeCrypto), ...(suite === undefined ? {} : { suite }) });
}
