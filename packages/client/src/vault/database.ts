import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { VaultError } from './vault.ts';

const SCHEMA_VERSION = 1;
/** How long to wait for a process that is just ending to let go of the file. */
const LOCK_WAIT_MS = 1_000;

const PAGE_BYTES = 4_096;

/** Stands in the file's header (`application_id`) from the transaction on that deletes what is to be erased, until it has been. */
const ERASING = 1;

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

const SCHEMA = [
  'CREATE TABLE envelope (id INTEGER PRIMARY KEY CHECK (id = 1), bytes BLOB NOT NULL) STRICT',
  'CREATE TABLE row (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, collection INTEGER NOT NULL, grp BLOB, ord INTEGER NOT NULL, box BLOB NOT NULL) STRICT',
  'CREATE INDEX row_by_order ON row (collection, grp, ord)',
] as const;

/**
 * Makes the file (0600, missing folders 0700) with an empty schema and the envelope, in one transaction: a crash leaves the whole
 * of it or a file that `createDatabase` takes over, a full disk nothing.
 * @throws VaultError `exists`, `locked`, `io`
 */
export function createDatabase(file: string, envelope: Uint8Array): DatabaseSync {
  return guarded(file, () => {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const isNew = !existsSync(file);
    closeSync(openSync(file, 'a', 0o600));
    try {
      return makeDatabase(file, envelope);
    } catch (error) {
      if (isNew && isFull(error)) removeDatabase(file);
      throw error;
    }
  });
}

function makeDatabase(file: string, envelope: Uint8Array): DatabaseSync {
  const database = lock(file);
  try {
    if (schemaOf(database).length > 0) throw new VaultError('exists', `${file} exists already: choose another name or folder`);
    database.exec(`BEGIN; ${SCHEMA.join('; ')}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    database.prepare('INSERT INTO envelope (id, bytes) VALUES (1, ?)').run(envelope);
    database.exec('COMMIT');
    syncFolder(dirname(file));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The log goes first: it must not be found beside another file of that name. */
export function removeDatabase(file: string): void {
  for (const path of [`${file}-wal`, `${file}-journal`, file]) rmSync(path, { force: true });
}

/** @throws VaultError `not_found`, `locked`, `damaged`, `newer`, `io` */
export function openDatabase(file: string): { database: DatabaseSync; envelope: Uint8Array } {
  return guarded(file, () => {
    if (!existsSync(file)) throw new VaultError('not_found', `${file} does not exist: join with an invite first`);
    const database = lock(file);
    try {
      return { database, envelope: checkedEnvelope(database, file) };
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Opens the file and holds SQLite's exclusive lock on it until it is closed or the process ends, however it ends. */
function lock(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  url.searchParams.set('mode', 'rw');
  const database = new DatabaseSync(url, { timeout: LOCK_WAIT_MS, defensive: true });
  try {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    // The lock mode comes first: only then does WAL need no file of shared memory beside it.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    // Checkpoints are the vault's own: one in the middle of a commit that is not synced could lose what was.
    database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
    database.exec('PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY');
    database.exec('PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF');
    database.exec('BEGIN EXCLUSIVE; COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkedEnvelope(database: DatabaseSync, file: string): Uint8Array {
  // What a crash left in the log comes first; after that, half a page is missing bytes, which SQLite would read as zeros.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const version = database.prepare('PRAGMA user_version').get()?.user_version;
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    throw new VaultError('newer', `${file} was made by a newer parley than this one: update this one`);
  }
  if (statSync(file).size % PAGE_BYTES !== 0) throw damaged('it was cut');
  // A schema that somebody added a trigger or a view to is not ours.
  const schema = schemaOf(database);
  if (schema.length !== SCHEMA.length || SCHEMA.some((sql) => !schema.includes(sql))) throw damaged('it is not a vault');
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict !== 'ok') throw damaged('its pages are inconsistent');
  const envelope = database.prepare('SELECT bytes FROM envelope WHERE id = 1').get()?.bytes;
  if (!(envelope instanceof Uint8Array)) throw damaged('it has no envelope');
  // A crash or a full disk came in between, and the user may still have to be told that it is gone.
  if (database.prepare('PRAGMA application_id').get()?.application_id === ERASING) eraseDeleted(database);
  return envelope;
}

/** Part of the transaction that deletes: should this process end after it, the next one erases. */
export function noteErasing(database: DatabaseSync): void {
  database.exec(`PRAGMA application_id = ${ERASING}`);
}

/**
 * `secure_delete` overwrites a row where it lies. Where the tree was balanced, though, copies of rows that were moved to another page
 * stay behind in the free part of the old one: only new pages for all rows have none.
 */
export function eraseDeleted(database: DatabaseSync): void {
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  database.exec('PRAGMA application_id = 0');
}

function schemaOf(database: DatabaseSync): unknown[] {
  return database
    .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL')
    .all()
    .map((entry) => entry.sql);
}

/** The name of a new file is on disk only when its folder is. Windows cannot open folders, and does not need it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

function damaged(what: string): VaultError {
  return new VaultError('damaged', what);
}

/** Runs `action`; whatever it throws becomes a VaultError that names the file and says what to do. */
export function guarded<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asVaultError(file, error);
  }
}

/** For what was committed, while what it deleted is still to be found in the file. */
export function notErased(file: string, cause: unknown): VaultError {
  const why = isFull(cause) ? 'the disk is full' : cause instanceof Error ? cause.message : 'unknown failure';
  return new VaultError(
    'io',
    `${file} was changed, but what was deleted can still be found in it (${why}): free some space, then start again to have it erased`,
    { cause },
  );
}

export function asVaultError(file: string, error: unknown): unknown {
  if (error instanceof VaultError) {
    if (error.code !== 'damaged' || error.message.startsWith(file)) return error;
    return new VaultError('damaged', `${file} is damaged (${error.message}): restore it from a backup or join anew`, {
      cause: error,
    });
  }
  if (!(error instanceof Error) || !('code' in error)) return error;
  const primary = primaryCode(error);
  if (primary === SQLITE_BUSY || primary === SQLITE_LOCKED) {
    return new VaultError('locked', `${file} is open in another parley process: close that one, then try again`, {
      cause: error,
    });
  }
  if (isFull(error)) {
    return new VaultError('io', `${file} cannot be written: the disk is full: free some space, then try again`, { cause: error });
  }
  // A number that is out of range was not written by us.
  if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB || error.code === 'ERR_OUT_OF_RANGE') {
    return asVaultError(file, new VaultError('damaged', error.message, { cause: error }));
  }
  return new VaultError('io', `cannot read or write ${file} (${error.message}): check its rights and the free space`, {
    cause: error,
  });
}

/** SQLite's result code without what extends it. */
function primaryCode(error: object): number | undefined {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

function isFull(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return primaryCode(error) === SQLITE_FULL || error.code === 'ENOSPC' || error.code === 'EDQUOT';
}
