import { webCrypto } from '@parley/protocol/crypto/web';
import { createMls } from './adapter.ts';
import type { Mls } from './mls.ts';
import type { SuiteNumber } from './suites.ts';
import { webProvider } from './web-provider.ts';

/** MLS on WebCrypto and JavaScript, for browsers. */
export function webMls(suite?: SuiteNumber): Promise<Mls> {
  return createMls({ crypto: webCrypto, provider: webProvider, ...(suite === undefined ? {} : { suite }) });
}
