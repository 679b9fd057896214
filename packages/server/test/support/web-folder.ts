import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { tempFolder } from './temp-folder.ts';

export const PAGE = '<!doctype html><title>Parley</title>\n';
export const SCRIPT = `console.log('${'parley '.repeat(500)}');\n`;

/** Like a built web client: a page, a service worker, an icon, and a script that is there compressed too. */
export const CLIENT: Readonly<Record<string, string | Uint8Array>> = {
  'index.html': PAGE,
  'sw.js': 'self.skipWaiting();\n',
  'manifest.webmanifest': '{}\n',
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
  'icons/512.png': Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
  'assets/main-C0ffee.js': SCRIPT,
  'assets/main-C0ffee.js.br': brotliCompressSync(SCRIPT),
  'assets/main-C0ffee.js.gz': gzipSync(SCRIPT),
};

/** A folder with these files, for a server to serve. */
export async function webFolder(t: TestContext, files: Readonly<Record<string, string | Uint8Array>> = CLIENT): Promise<string> {
  const folder = await tempFolder(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}
