import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { storeCompliance } from './compliance.ts';

storeCompliance('SQLite store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-store-'));
  return {
    open: () => openSqliteStore(join(folder, 'parley.db')),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
});
