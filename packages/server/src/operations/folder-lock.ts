import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FULL, isDiskFull } from '../store/sqlite/disk-full.ts';
import { StoreError } from '../store/store-error.ts';
import { FolderError } from './data-folder.ts';

const LOCK_FILE = 'server.lock';
/** How long to wait for a server that is just ending. */
const WAIT_MS = 1_000;

/** Another server runs on this data folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  constructor(dataFolder: string) {
    super(`another server runs on ${dataFolder}: stop it, or choose another folder with --data`);
  }
}

/**
 * Takes a data folder for this server alone: two of them would give out the same mailbox positions. The lock is SQLite's on an
 * empty file, so that it goes with the process, however that ends; commands beside the server do not take it.
 * @returns lets go of the folder
 * @throws FolderInUseError, FolderError, StoreError `full`
 */
export function lockFolder(dataFolder: string): () => void {
  const file = join(dataFolder, LOCK_FILE);
  try {
    const lock = lockFile(file);
    return () => lock.close();
  } catch (cause) {
    if (isBusy(cause)) throw new FolderInUseError(dataFolder);
    if (isDiskFull(cause, file)) throw new StoreError('full', FULL);
    throw new FolderError(dataFolder, 'written', cause instanceof Error ? cause.message : 'unknown failure', cause);
  }
}

function lockFile(file: string): DatabaseSync {
  const lock = new DatabaseSync(file, { timeout: WAIT_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** SQLITE_BUSY, and its extended codes. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
