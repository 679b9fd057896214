import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '..');
/** Corpora are committed: no target may fill the repository. */
const MOST_CORPUS_BYTES = 4_096;

/** The committed inputs of a target, by name of file. */
export function readCorpus(target: string): Uint8Array[] {
  const folder = join(FOLDER, 'corpus', target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => new Uint8Array(readFileSync(join(folder, file))));
}

/** Adds inputs to the committed ones, as long as they stay small. @returns how many */
export function saveCorpus(target: string, inputs: readonly Uint8Array[]): number {
  const folder = join(FOLDER, 'corpus', target);
  mkdirSync(folder, { recursive: true });
  let bytes = readCorpus(target).reduce((sum, { length }) => sum + length, 0);
  let saved = 0;
  for (const input of inputs) {
    const file = join(folder, nameOf(input));
    if (existsSync(file) || bytes + input.length > MOST_CORPUS_BYTES) continue;
    writeFileSync(file, input);
    bytes += input.length;
    saved += 1;
  }
  return saved;
}

/** @returns the file, as a path from the current folder */
export function saveCrash(target: string, input: Uint8Array): string {
  const folder = join(FOLDER, 'crashes');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${target}-${nameOf(input)}`);
  writeFileSync(file, input);
  return relative(process.cwd(), file);
}

function nameOf(input: Uint8Array): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 12);
}
