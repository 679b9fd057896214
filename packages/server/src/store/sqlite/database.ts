import { DatabaseSync } from 'node:sqlite';
import type { MailboxLimits } from '../entries.ts';
import { accounts } from './accounts.ts';
import { blocks } from './blocks.ts';
import type { Handlers } from './calls.ts';
import { consent } from './consent.ts';
import { conversations } from './conversations.ts';
import { keys } from './keys.ts';
import { mailboxes } from './mailboxes.ts';
import { migrate } from './schema.ts';

/**
 * The database of a store, with its schema: every transaction is synced to the log when it commits. Where the log ends in what a
 * power cut has left of a transaction, SQLite goes by its checksums: it stops before the first frame that is not whole.
 */
export function openDatabase(file: string, busyTimeoutMs: number): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What a store does, call by call, inside a transaction that is open. */
export function handlersOver(db: DatabaseSync, limits: MailboxLimits): Handlers {
  return {
    ...accounts(db, limits),
    ...consent(db, limits),
    ...blocks(db),
    ...conversations(db, limits),
    ...mailboxes(db, limits),
    ...keys(db),
  };
}
