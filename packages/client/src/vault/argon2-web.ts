import { utf8 } from '@parley/protocol';
import { argon2id } from 'hash-wasm';
import type { DeriveKey } from './envelope.ts';
import { VaultError } from './vault.ts';

/** argon2id of hash-wasm (WebAssembly), on the thread that calls it: a page stands still for as long as it takes. */
export const deriveKey: DeriveKey = (passphrase, salt, cost) => {
  // hash-wasm takes no empty one, so no vault has it.
  if (passphrase === '') return Promise.reject(new VaultError('wrong_passphrase', 'the passphrase is empty: type one'));
  return argon2id({
    password: utf8(passphrase),
    salt,
    memorySize: cost.memoryKiB,
    iterations: cost.passes,
    parallelism: cost.parallelism,
    hashLength: 32,
    outputType: 'binary',
  });
};
