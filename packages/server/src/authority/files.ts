import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AuthorityError } from './authority-error.ts';

/** The files of the authority in the data folder. */
const AUTHORITY_FILES = ['ca.pem', 'ca.key', 'server.pem', 'server.key', 'crl.pem'] as const;
export type AuthorityFile = (typeof AUTHORITY_FILES)[number] | 'issued.json';

/** Bytes: what a bundle of 32 KB could have as PEM, with room for the text that openssl writes above a block. */
const MAX_FILE = 256 * 1_024;

/** Makes the folder, for nobody but its owner; one that others may enter is closed to them: it will hold the keys. */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode } = await stat(folder);
  if ((mode & 0o077) !== 0) await chmod(folder, 0o700);
}

/** The text of a file; `undefined` when there is none. @throws AuthorityError when it is too large */
export async function readText(folder: string, file: AuthorityFile): Promise<string | undefined> {
  try {
    const path = join(folder, file);
    if ((await stat(path)).size > MAX_FILE) throw new AuthorityError(`${file} is larger than ${MAX_FILE} bytes`);
    return await readFile(path, 'latin1');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Replaces a file: readers see the old or the new one, whole, even if the power fails in between. */
export async function writeText(folder: string, file: AuthorityFile, text: string): Promise<void> {
  const path = join(folder, file);
  const temporary = `${path}.tmp`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', file.endsWith('.key') ? 0o600 : 0o644);
  try {
    await handle.writeFile(text, 'latin1');
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Changes whenever one of the files does: the change time cannot be set back, unlike the modification time. */
export async function stamp(folder: string): Promise<string> {
  const parts = await Promise.all(
    AUTHORITY_FILES.map(async (file) => {
      try {
        const { ino, size, ctimeNs } = await stat(join(folder, file), { bigint: true });
        return `${ino}/${size}/${ctimeNs}`;
      } catch (error) {
        if (isMissing(error)) return '-';
        throw error;
      }
    }),
  );
  return parts.join(' ');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
