import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVault, openVault } from '../../src/vault/sqlite.ts';
import { MemoryVault } from '../support/memory-vault.ts';
import { rowRules } from './row-rules.ts';

const PASSPHRASE = 'correct horse battery staple';

rowRules('a SQLite file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-vault-'));
  const file = join(folder, 'data', 'alice.vault');
  return {
    create: () => createVault(file, PASSPHRASE),
    open: () => openVault(file, PASSPHRASE),
    remove: () => rm(folder, { recursive: true }),
  };
});

// Most tests of the client run on it: what it allowed, and a file does not, they would not notice.
rowRules('memory, for tests,', async () => {
  const { rows } = new MemoryVault();
  return {
    create: async () => new MemoryVault(rows),
    open: async () => new MemoryVault(rows),
    remove: async () => {},
  };
});
