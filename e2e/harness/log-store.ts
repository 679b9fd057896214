import { openSqliteStore } from '@parley/server';
import { handlersOver, openDatabase } from '../../packages/server/src/store/sqlite/database.ts';
import { ALL, deviceEntry } from '../../packages/server/test/store/world.ts';
import { inOrder } from './log-contents.ts';
import type { Reader } from './torn-log.ts';

const { key: BERT } = deviceEntry('bert', 1);

/** Messages in the mailbox of a store whose log was damaged, as its worker thread reads them. */
export const storeAfterCrash: Reader = async (file) => {
  using db = openDatabase(file, 0);
  db.exec('PRAGMA synchronous = OFF'); // nobody needs this copy tomorrow
  const { readMailbox } = handlersOver(db, { maxBytes: ALL, lifetimeMs: ALL });
  return inOrder(readMailbox(BERT, 0n, ALL, ALL).map(({ body }) => body));
};

/** The same with everything that a server has around it. */
export const wholeStoreAfterCrash: Reader = async (file) => {
  const store = await openSqliteStore(file);
  try {
    await store.raiseGeneration();
    return inOrder((await store.readMailbox(BERT, 0n, ALL, ALL)).map(({ body }) => body));
  } finally {
    await store.close();
  }
};
