import { defaultCryptoProvider, type CryptoProvider as MlsCryptoProvider } from 'ts-mls';
import { isSuiteName } from './suites.ts';

/** ts-mls's primitives as it brings them: WebCrypto, and JavaScript for X-Wing. Runs in a browser and in Node. */
export const webProvider: MlsCryptoProvider = {
  async getCiphersuiteImpl(suite) {
    if (!isSuiteName(suite.name)) throw new RangeError(`no ciphersuite ${suite.name} here`);
    return defaultCryptoProvider.getCiphersuiteImpl(suite);
  },
};
