import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { MAX_WEB_BYTES, MAX_WEB_FILES } from '@parley/protocol';
import { ENCODINGS, type Encoding } from './accept-encoding.ts';
import type { SentForm, WebFile } from './web-files.ts';
import { webHeaders } from './web-headers.ts';

/** The folder of the web client cannot be served. The message names what in it is wrong. */
export class WebFolderError extends Error {
  override readonly name = 'WebFolderError';
}

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.wasm', 'application/wasm'],
  ['.webmanifest', 'application/manifest+json'],
  ['.woff2', 'font/woff2'],
]);

/** What a file beside another is called that has the same content, compressed. */
const SUFFIXES: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' };

/** Such a name is the same in a URL as on the disk, however a URL may be written. */
const PLAIN_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/**
 * Reads all files of a folder, each by the path it has in a URL, and the page at `/`. What is not found now is never served: no
 * request gets as far as the disk. Symbolic links and names that start with a dot are left out.
 * @throws WebFolderError
 */
export async function readWebFolder(folder: string): Promise<ReadonlyMap<string, WebFile>> {
  const contents = await readContents(folder).catch((cause: Error) => {
    throw cause instanceof WebFolderError ? cause : new WebFolderError(cause.message, { cause });
  });
  const files = new Map<string, WebFile>();
  for (const [path, content] of contents) {
    if (!isCompressed(path)) files.set(path, webFile(path, content, contents));
    else if (!contents.has(path.slice(0, -extname(path).length))) throw new WebFolderError(`${path} belongs to no file`);
  }
  const page = files.get('/index.html');
  if (page === undefined) throw new WebFolderError('index.html is missing');
  return files.set('/', page);
}

/** Everything in the folder and below it. */
async function readContents(folder: string): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  const waiting = [''];
  let found = 0;
  let bytes = 0;
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const { name } = entry;
      const isFolder = entry.isDirectory();
      if (name.startsWith('.') || !(isFolder || entry.isFile())) continue;
      const path = `${below}/${name}`;
      found += 1;
      if (found > MAX_WEB_FILES) throw new WebFolderError(`there are more than ${MAX_WEB_FILES} files`);
      if (!PLAIN_NAME.test(name)) throw new WebFolderError(`${path} has characters in its name that are not served`);
      if (isFolder) {
        waiting.push(path);
        continue;
      }
      bytes += (await stat(join(folder, path))).size;
      if (bytes > MAX_WEB_BYTES) throw new WebFolderError(`the files have more than ${MAX_WEB_BYTES} bytes`);
      contents.set(path, await readFile(join(folder, path)));
    }
  }
  return contents;
}

function webFile(path: string, content: Buffer, contents: ReadonlyMap<string, Buffer>): WebFile {
  const contentType = CONTENT_TYPES.get(extname(path));
  if (contentType === undefined) throw new WebFolderError(`${path} is of a type that is not served`);
  const compressed = new Map<Encoding, SentForm>();
  for (const encoding of ENCODINGS) {
    const bytes = contents.get(`${path}${SUFFIXES[encoding]}`);
    if (bytes === undefined) continue;
    // One left from an earlier build would give some browsers another client than others.
    if (!isContentOf(bytes, encoding, content)) {
      throw new WebFolderError(`${path}${SUFFIXES[encoding]} does not hold what ${path} does`);
    }
    compressed.set(encoding, sentForm(bytes));
  }
  return { headers: webHeaders(path), contentType, plain: sentForm(content), compressed };
}

function sentForm(bytes: Buffer): SentForm {
  return { bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
}

function isCompressed(path: string): boolean {
  return Object.values(SUFFIXES).includes(extname(path));
}

function isContentOf(bytes: Buffer, encoding: Encoding, content: Buffer): boolean {
  const decompress = encoding === 'br' ? brotliDecompressSync : gunzipSync;
  try {
    return decompress(bytes, { maxOutputLength: content.length + 1 }).equals(content);
  } catch {
    return false;
  }
}
