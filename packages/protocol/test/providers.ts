import type { CryptoProvider } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { sodiumCrypto } from '@parley/protocol/crypto/sodium';
import { webCrypto } from '@parley/protocol/crypto/web';

/** Every provider there is: each test that needs cryptography runs once with each. */
export const PROVIDERS: readonly CryptoProvider[] = [nodeCrypto, await sodiumCrypto(), webCrypto];
