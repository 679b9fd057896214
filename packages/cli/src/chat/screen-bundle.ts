import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { wrongUsage } from '../exit.ts';

const BUNDLE = new URL('../../dist/screen.js', import.meta.url);

/**
 * The full terminal client. Node cannot run JSX as it is, so it is bundled when the dependencies are installed (scripts/bundle-screen.ts).
 * @throws Failure when it was not
 */
export async function loadScreen(): Promise<typeof import('./screen/run.tsx')> {
  if (!existsSync(fileURLToPath(BUNDLE)))
    throw wrongUsage('the terminal client is not built: run "npm ci" in the folder of parley');
  return import(BUNDLE.href);
}
