import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import { utf8 } from '@parley/protocol';
import type { DeriveKey } from './envelope.ts';

const derive = promisify(argon2);

/** argon2id of node:crypto (OpenSSL), in Node's thread pool. */
export const deriveKey: DeriveKey = (passphrase, salt, cost) =>
  derive('argon2id', {
    message: utf8(passphrase),
    nonce: salt,
    memory: cost.memoryKiB,
    passes: cost.passes,
    parallelism: cost.parallelism,
    tagLength: 32,
  });
