import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const COMPRESSIBLE = /\.(html|js|css|svg|webmanifest)$/;

/** Leaves `.br` and `.gz` beside each file that they make smaller: the server compresses nothing while it runs. */
export function compress(files: readonly string[]): void {
  for (const file of files.filter((name) => COMPRESSIBLE.test(name))) {
    const content = readFileSync(file);
    const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
    for (const [ending, compressed] of [
      ['.br', brotliCompressSync(content, brotli)],
      ['.gz', withoutSystem(gzipSync(content, { level: 9 }))],
    ] as const) {
      if (compressed.length < content.length) writeFileSync(file + ending, compressed);
    }
  }
}

/** Byte 9 says on what system it was made (RFC 1952, section 2.3.1): unknown, so that it is the same on all. */
function withoutSystem(gzip: Uint8Array): Uint8Array {
  gzip[9] = 255;
  return gzip;
}
