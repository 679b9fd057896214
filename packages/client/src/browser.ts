import { webCrypto } from '@parley/protocol/crypto/web';
import { type Environment, standardEnvironment } from './environment.ts';
import { webMls } from './mls/web.ts';

export { createVault, hasVault, openVault, removeVault, VAULT_LOCK } from './vault/indexeddb.ts';

/** The client's world in a browser: noble and WebCrypto. */
export async function browserEnvironment(): Promise<Environment> {
  return standardEnvironment({ crypto: webCrypto, mls: await webMls(), defer: afterThisTurn() });
}

/** By messages to itself: a timer waits for a second or longer while nobody looks at the page. */
function afterThisTurn(): Environment['defer'] {
  const { port1, port2 } = new MessageChannel();
  const deferred: (() => void)[] = [];
  port1.onmessage = () => deferred.shift()?.();
  return (callback) => {
    deferred.push(callback);
    port2.postMessage(undefined);
  };
}
