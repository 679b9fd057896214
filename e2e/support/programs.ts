import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program from outside npm that some tests run. */
export interface ExternalProgram {
  readonly name: string;
  /** One, or several with spaces between them. */
  readonly debianPackage: string;
  readonly neededFor: string;
}

export const EXTERNAL_PROGRAMS: readonly ExternalProgram[] = [
  { name: 'openssl', debianPackage: 'openssl', neededFor: 'an independent opinion on certificates' },
  { name: 'script', debianPackage: 'bsdutils', neededFor: 'a terminal on which a passphrase is asked for' },
  { name: 'chromium', debianPackage: 'chromium', neededFor: 'running the browser bundle in a browser' },
  { name: 'faketime', debianPackage: 'faketime', neededFor: 'setting the clock of processes while they run' },
  { name: 'strace', debianPackage: 'strace', neededFor: 'seeing what is synced to disk before it is answered' },
  { name: 'spin', debianPackage: 'spin', neededFor: 'searching all states of the models of the protocol' },
  { name: 'gcc', debianPackage: 'gcc libc6-dev', neededFor: 'compiling what spin makes of a model' },
  { name: 'tmux', debianPackage: 'tmux', neededFor: 'a terminal on which people talk' },
];

/** Path of a program on PATH. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** For the `skip` option of a test: false, or the reason that is printed. */
export function unlessInstalled(name: string): string | false {
  return findProgram(name) === undefined
    ? `needs ${name}, which is not installed: install it, or run npm test as root on Debian`
    : false;
}
