/**
 * Builds the web client into packages/web/dist, which `parley serve` serves: the page and its worker by Vite, then the service worker, which
 * has to know what the page consists of. Runs after each `npm ci`. `node scripts/bundle-web.ts [FOLDER]` builds into another folder.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { build } from 'vite';
import { compress } from './web/compress.ts';
import { integrity } from './web/integrity.ts';
import { withoutNode } from './web/without-node.ts';

const web = resolve(import.meta.dirname, '../packages/web');
const folder = resolve(process.argv[2] ?? join(web, 'dist'));

await buildPage();
await buildServiceWorker(filesIn(folder));
compress(filesIn(folder).map((file) => join(folder, file)));
for (const file of filesIn(folder)) console.log(`${file}  ${(statSync(join(folder, file)).size / 1_000).toFixed(1)} kB`);

async function buildPage(): Promise<void> {
  // One file each for page and worker: an import that is loaded later would have no hash in the page.
  const inOneFile = { codeSplitting: false, entryFileNames: 'assets/[name]-[hash].js' };
  await build({
    root: web,
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    mode: 'production',
    plugins: [withoutNode(), integrity()],
    worker: { format: 'es', plugins: () => [withoutNode()], rolldownOptions: { output: inOneFile } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2024',
      assetsInlineLimit: 0,
      modulePreload: false,
      rolldownOptions: { output: { ...inOneFile, assetFileNames: 'assets/[name]-[hash][extname]' } },
    },
  });
}

async function buildServiceWorker(files: readonly string[]): Promise<void> {
  const version = createHash('sha256');
  for (const file of files) version.update(`${file}\0`).update(readFileSync(join(folder, file)));
  const addresses = files.map((file) => (file === 'index.html' ? '/' : `/${file}`));
  const bundle = await rolldown({
    input: join(web, 'src/service-worker/service-worker.ts'),
    platform: 'browser',
    transform: {
      define: { __FILES__: JSON.stringify(addresses), __VERSION__: JSON.stringify(version.digest('hex').slice(0, 16)) },
    },
  });
  await bundle.write({ file: join(folder, 'sw.js'), format: 'iife', minify: true });
  await bundle.close();
}

/** Sorted: what is built of the same has to be the same. */
function filesIn(place: string): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(place.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
