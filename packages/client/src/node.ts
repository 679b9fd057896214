import { nodeCrypto } from '@parley/protocol/crypto/node';
import { type Environment, standardEnvironment } from './environment.ts';
import { nodeMls } from './mls/node.ts';

export { createVault, openVault, removeVault } from './vault/sqlite.ts';

/** The client's world in Node: node:crypto for everything. */
export async function nodeEnvironment(): Promise<Environment> {
  return standardEnvironment({ crypto: nodeCrypto, mls: await nodeMls(), defer: (callback) => void setImmediate(callback) });
}
