import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVault, openVault } from '../../src/vault/sqlite.ts';
import { passphraseRules } from './passphrase-rules.ts';

passphraseRules('a SQLite file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-vault-'));
  const file = join(folder, 'data', 'alice.vault');
  return {
    create: (passphrase) => createVault(file, passphrase),
    open: (passphrase) => openVault(file, passphrase),
    remove: () => rm(folder, { recursive: true }),
  };
});
