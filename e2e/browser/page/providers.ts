import type { CryptoProvider } from '@parley/protocol';
import { webCrypto } from '@parley/protocol/crypto/web';

/** Stands in for protocol's list of all providers: there is no node:crypto in a browser. */
export const PROVIDERS: readonly CryptoProvider[] = [webCrypto];
