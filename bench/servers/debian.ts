import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Debian leaves them out of the PATH of who is not root. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where a program is that comes with this package of Debian. @throws with the package to install where it is not there */
export async function programOf(debianPackage: string, program: string): Promise<string> {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS]) {
    const file = join(folder, program);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  throw new Error(`there is no program '${program}': apt-get install ${debianPackage}`);
}
