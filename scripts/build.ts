/**
 * Bundles what runs in browsers (the SDK and the noble crypto provider) into dist/browser, and fails when anything in it would
 * import from Node. There is no web client yet: this proves that there can be one.
 */
import { isBuiltin } from 'node:module';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'rolldown';

const root = resolve(import.meta.dirname, '..');

/** Node's modules do not exist in browsers: names who wanted one. */
const refuseNode: Plugin = {
  name: 'refuse-node',
  resolveId(source, importer) {
    if (isBuiltin(source)) {
      throw new Error(`${importer} imports ${source}, which no browser has`);
    }
    return null;
  },
};

const { output } = await build({
  cwd: root,
  platform: 'browser',
  input: {
    client: 'packages/client/src/index.ts',
    'crypto-web': 'packages/protocol/src/crypto/web.ts',
  },
  plugins: [refuseNode],
  onLog(level, log, defaultHandler) {
    defaultHandler(level === 'warn' ? 'error' : level, log);
  },
  output: { dir: 'dist/browser', format: 'esm', minify: true, cleanDir: true },
});

for (const file of output) {
  if (file.type === 'chunk') {
    const compressed = gzipSync(file.code).length;
    console.log(`dist/browser/${file.fileName}  ${kilobytes(file.code.length)}, gzip ${kilobytes(compressed)}`);
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
