import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What must not be found somewhere. */
export interface Canary {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A text, in the forms in which it might have been written. */
export function textCanaries(text: string): Canary[] {
  const bytes = Buffer.from(text, 'utf8');
  return [
    { name: `the text ${text}`, bytes },
    { name: `the text ${text} as UTF-16`, bytes: Buffer.from(text, 'utf16le') },
    { name: `the text ${text} in hex`, bytes: Buffer.from(bytes.toString('hex')) },
    ...base64Canaries(`the text ${text}`, bytes),
  ];
}

/** A key, raw and in the forms in which programs write keys. */
export function keyCanaries(name: string, key: Uint8Array): Canary[] {
  const bytes = Buffer.from(key);
  return [{ name, bytes }, { name: `${name} in hex`, bytes: Buffer.from(bytes.toString('hex')) }, ...base64Canaries(name, bytes)];
}

/** Names of the canaries found in `haystack`. */
export function find(canaries: readonly Canary[], haystack: Buffer): string[] {
  return canaries.filter(({ bytes }) => haystack.includes(bytes)).map(({ name }) => name);
}

/** Names of the canaries found in the files of a folder, each with its file. */
export function findInFolder(canaries: readonly Canary[], folder: string): string[] {
  return globSync('**/*', { cwd: folder })
    .map((file) => ({ file, path: join(folder, file) }))
    .filter(({ path }) => statSync(path).isFile())
    .flatMap(({ file, path }) => find(canaries, readFileSync(path)).map((name) => `${name}, in ${file}`));
}

/** Base64 of the bytes wherever they may begin within a longer encoding, without the characters that their neighbours share. */
function base64Canaries(name: string, bytes: Buffer): Canary[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const inner = encoded.slice(shift === 0 ? 0 : 4, encoded.length - 4);
    return { name: `${name} in base64`, bytes: Buffer.from(inner) };
  });
}
