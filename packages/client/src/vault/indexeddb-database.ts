import { type DeviceEnvelope, isDeviceEnvelope } from './device-key.ts';
import { asVaultError, damaged, missing, newer, removed, taken } from './indexeddb-errors.ts';
import type { VaultError } from './vault.ts';

const SCHEMA_VERSION = 1;
const ROW_STORE = 'row';
/** Rows of no group are not in the index by group. The tag of a group covers its collection. */
const INDEXES = { by_order: ['collection', 'order'], by_group: ['group', 'order'] };
const ENVELOPE_STORE = 'envelope';
/** The key of the one record there. */
const ONLY = 1;

/**
 * Makes the database with all it needs in one transaction: a crash leaves the whole of it or nothing.
 * @throws VaultError `exists`, `io`
 */
export async function createDatabase(name: string, envelope: DeviceEnvelope): Promise<IDBDatabase> {
  let isNew = false;
  const request = indexedDB.open(name, SCHEMA_VERSION);
  request.addEventListener('upgradeneeded', () => {
    isNew = true;
    const rows = request.result.createObjectStore(ROW_STORE, { keyPath: 'name' });
    for (const [index, path] of Object.entries(INDEXES)) rows.createIndex(index, path);
    request.result.createObjectStore(ENVELOPE_STORE).add(envelope, ONLY);
  });
  const database = await result(request).catch((error) => {
    throw error instanceof DOMException && error.name === 'VersionError' ? taken() : error;
  });
  try {
    if (!isNew) throw taken();
    // That what was made is on disk no browser promises; of this, which comes after it, it does.
    await writeEnvelope(database, envelope);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** @throws VaultError `not_found`, `damaged`, `newer`, `io` */
export async function openDatabase(name: string): Promise<{ database: IDBDatabase; envelope: DeviceEnvelope }> {
  let isNew = false;
  const request = indexedDB.open(name);
  request.addEventListener('upgradeneeded', () => {
    // Asking for one must not make it.
    isNew = true;
    request.transaction?.abort();
  });
  const database = await result(request).catch((error) => {
    throw isNew ? missing() : error;
  });
  try {
    if (database.version > SCHEMA_VERSION) throw newer();
    if (!hasSchema(database)) throw damaged('it is not a vault');
    return { database, envelope: await readEnvelope(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Without making one by asking. */
export async function hasDatabase(name: string): Promise<boolean> {
  return (await indexedDB.databases()).some((entry) => entry.name === name);
}

/** Resolves when nothing is left of it, nor was before. Pages that have it open are told first, and close it. */
export async function removeDatabase(name: string): Promise<void> {
  await result(indexedDB.deleteDatabase(name));
}

/** Calls `tell` when this connection can be used no longer, though nobody here closed it. */
export function onLoss(database: IDBDatabase, tell: (error: VaultError) => void): void {
  database.addEventListener('close', () => tell(removed()));
  // The lock keeps out every page that knows of it; whoever comes without it (a later version, say) must not wait for this one.
  database.addEventListener('versionchange', ({ newVersion }) => {
    database.close();
    tell(newVersion === null ? removed() : newer());
  });
}

export async function readEnvelope(database: IDBDatabase): Promise<DeviceEnvelope> {
  const envelope: unknown = await result(database.transaction(ENVELOPE_STORE).objectStore(ENVELOPE_STORE).get(ONLY));
  if (!isDeviceEnvelope(envelope)) throw damaged('it has no envelope');
  return envelope;
}

export async function writeEnvelope(database: IDBDatabase, envelope: DeviceEnvelope): Promise<void> {
  const transaction = database.transaction(ENVELOPE_STORE, 'readwrite', { durability: 'strict' });
  transaction.objectStore(ENVELOPE_STORE).put(envelope, ONLY);
  await completion(transaction);
}

export function readRows(database: IDBDatabase): IDBObjectStore {
  return database.transaction(ROW_STORE).objectStore(ROW_STORE);
}

/** @param synced whether the transaction is to be on disk when it completes, not only with the system */
export function writeRows(database: IDBDatabase, synced: boolean): IDBObjectStore {
  const transaction = database.transaction(ROW_STORE, 'readwrite', { durability: synced ? 'strict' : 'relaxed' });
  return transaction.objectStore(ROW_STORE);
}

export function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

/** Resolves when the transaction was committed. @throws VaultError when it was not, and nothing of it is kept */
export function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    // Without an error where the browser has ended the connection.
    transaction.addEventListener('abort', () => reject(transaction.error === null ? removed() : asVaultError(transaction.error)));
  });
}

function hasSchema(database: IDBDatabase): boolean {
  const { objectStoreNames } = database;
  if (!objectStoreNames.contains(ROW_STORE) || !objectStoreNames.contains(ENVELOPE_STORE)) return false;
  const { keyPath, indexNames } = readRows(database);
  return keyPath === 'name' && Object.keys(INDEXES).every((index) => indexNames.contains(index));
}
