import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** There is no data folder and none can be made, or it cannot be written. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
  constructor(folder: string, what: 'made' | 'written', why: string, cause: unknown) {
    super(`the data folder ${folder} cannot be ${what} (${why}): choose another one`, { cause });
  }
}

/**
 * Makes a data folder (mode 0700) and those above it, if they are not there. Node's recursive mkdir never ends where a folder above
 * can be neither made nor found, as in /proc.
 * @throws FolderError
 */
export async function makeDataFolder(folder: string): Promise<void> {
  try {
    await makeFolder(resolve(folder));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new FolderError(folder, 'made', code ?? message, error);
  }
}

async function makeFolder(folder: string): Promise<void> {
  const made = await tryToMake(folder);
  if (made === 'no parent') {
    await makeFolder(dirname(folder));
    await mkdir(folder, { mode: 0o700 });
  }
}

async function tryToMake(folder: string): Promise<'is there' | 'no parent'> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return 'is there';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(folder) !== folder) return 'no parent';
    if (code !== 'ENOENT' && (await isFolder(folder))) return 'is there';
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
