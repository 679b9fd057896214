import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE, isFull, openSqliteStore, type Store } from '@parley/server';
import { Exit, Failure, wrongUsage } from './exit.ts';

/** Uses the store of a data folder, which a server may have open at the same time. */
export async function withStore<T>(folder: string, use: (store: Store) => Promise<T>): Promise<T> {
  const file = join(folder, DATABASE);
  if (!existsSync(file))
    throw wrongUsage(`${folder} is no folder of a server: name it with --data, or start "parley serve" once`);
  const store = await openSqliteStore(file).catch((error: Error) => {
    if (isFull(error)) throw error;
    throw new Failure(Exit.localStore, `${file} cannot be opened (${error.message}): restore it from a backup`, { cause: error });
  });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
