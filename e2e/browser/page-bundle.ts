import { resolve } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { rolldown } from 'rolldown';

const ROOT = resolve(import.meta.dirname, '../..');
/** No site is asked. A browser takes the first two for secure origins. */
export const ORIGIN = 'http://localhost/';
export const OTHER_ORIGIN = 'http://127.0.0.1/';
export const INSECURE_ORIGIN = 'http://parley.example/';
/** What a page has in place of Node. */
const STAND_INS: Readonly<Record<string, string>> = {
  'node:test': 'node-test.ts',
  'node:assert/strict': 'assert.ts',
  '../providers.ts': 'providers.ts',
};

/** One script of page/NAME.ts and all it imports. A node: import that is left makes the page fail to load. */
export async function bundlePage(name: string): Promise<string> {
  const folder = resolve(import.meta.dirname, 'page');
  const bundle = await rolldown({
    cwd: ROOT,
    platform: 'browser',
    input: resolve(folder, `${name}.ts`),
    // Of a test file nothing is used and all is wanted, though its package says that to import a file of it does nothing.
    treeshake: { moduleSideEffects: (id) => (id.endsWith('.test.ts') ? true : undefined) },
    plugins: [
      {
        name: 'stand-ins',
        resolveId: (source) => {
          const file = STAND_INS[source];
          return file === undefined ? null : resolve(folder, file);
        },
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  return output[0].code;
}

/** A new tab at a secure origin that has loaded the script, whose `globalThis.page` is what the tab can be asked for. */
export async function openTab(browser: BrowserContext, script: string, origin = ORIGIN): Promise<Page> {
  const tab = await browser.newPage();
  await tab.route(`${origin}**`, (route) =>
    route.request().url() === `${origin}page.js`
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: '<!doctype html><script type="module" src="page.js"></script>' }),
  );
  // A script that throws has no page, and would be waited for.
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  tab.once('pageerror', failure.reject);
  await tab.goto(origin);
  await Promise.race([tab.waitForFunction('globalThis.page !== undefined'), failure.promise]);
  return tab;
}
