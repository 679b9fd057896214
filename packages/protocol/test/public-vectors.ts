import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Public test vectors are not part of the repository: the folder beside it, or the one that PARLEY_VECTORS names. */
const FOLDER = process.env.PARLEY_VECTORS ?? join(import.meta.dirname, '../../../../shared/vectors');

/** For `skip` of a test: false when the file is there, else why the test does not run. */
export function missing(file: string): string | false {
  return existsSync(join(FOLDER, file)) ? false : `no public vectors: set PARLEY_VECTORS to the folder with ${file}`;
}

/** The parsed JSON of a vector file. */
export function readVectors<T>(file: string): T {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
}
