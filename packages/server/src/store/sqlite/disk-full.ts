import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';

/** Primary and extended result codes of SQLite. */
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
/** Of SQLITE_IOERR those of writing: WRITE (a quota that is used up), FSYNC, DIR_FSYNC, TRUNCATE, SHMOPEN and SHMSIZE. */
const WRITE_FAILURES: ReadonlySet<number> = new Set([778, 1_034, 1_290, 1_546, 4_618, 4_874]);

/** Bytes: more than any single write of SQLite needs to go on. */
const PROBE = 64 * 1_024;

export const FULL = 'the disk is full: free some space';

/**
 * Whether an error of SQLite or of the file system means that there is no space where `file` lies. SQLite says so of most writes; of
 * the others it says no more than that they failed, and whether there is space is tried out.
 */
export function isDiskFull(error: unknown, file: string): boolean {
  if (!(error instanceof Error)) return false;
  if (isOutOfSpace(error)) return true;
  const { errcode } = error as { errcode?: unknown };
  if (typeof errcode !== 'number') return false;
  const primary = errcode & 0xff;
  if (primary === SQLITE_FULL) return true;
  return (primary === SQLITE_CANTOPEN || WRITE_FAILURES.has(errcode)) && !hasSpace(file);
}

function isOutOfSpace(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Writes a small file beside `file`. */
function hasSpace(file: string): boolean {
  const probe = `${file}-probe`;
  try {
    const handle = openSync(probe, 'w', 0o600);
    try {
      for (let left = PROBE; left > 0; ) left -= writeSync(handle, new Uint8Array(left));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    return true;
  } catch (error) {
    return !isOutOfSpace(error); // what else is wrong is not that there is no space
  } finally {
    rmSync(probe, { force: true });
  }
}
