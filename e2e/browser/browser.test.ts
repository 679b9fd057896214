import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite, test } from 'node:test';
import { rolldown } from 'rolldown';
import type { XXhfsVector } from '../../packages/protocol/test/noise/xxhfs.ts';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';

const root = resolve(import.meta.dirname, '../..');

interface Page {
  runCompliance(): Promise<{ ran: number; failures: string[] }>;
  runVectors(vectors: readonly XXhfsVector[]): XXhfsVector[];
}

suite('in a real browser', { skip: unlessInstalled('chromium') }, () => {
  test('the noble provider passes the compliance suite', async () => {
    const { ran, failures } = await inBrowser(() => (globalThis as unknown as Page).runCompliance());
    assert.deepEqual(failures, []);
    assert.ok(ran >= 15, `${ran} tests`);
  });

  test('whole XXhfs handshakes give the bytes of the frozen vectors', async () => {
    const file = resolve(root, 'packages/protocol/test/vectors/xxhfs.json');
    const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: XXhfsVector[] };
    const results = await inBrowser((given) => (globalThis as unknown as Page).runVectors(given), vectors);
    assert.deepEqual(results, vectors);
  });
});

/** Runs a function in an empty page that has loaded the bundle. */
async function inBrowser<Result, Argument>(run: (argument: Argument) => Result, argument?: Argument): Promise<Awaited<Result>> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: await bundlePage(), type: 'module' });
    await page.waitForFunction('globalThis.runVectors !== undefined');
    return (await page.evaluate(run as never, argument as never)) as Awaited<Result>;
  } finally {
    await browser.close();
  }
}

/** page.ts with what a page has in place of Node. A node: import that is left makes the page fail to load. */
async function bundlePage(): Promise<string> {
  const stands: Readonly<Record<string, string>> = {
    'node:test': 'node-test.ts',
    'node:assert/strict': 'assert.ts',
    '../providers.ts': 'providers.ts',
  };
  const bundle = await rolldown({
    cwd: root,
    platform: 'browser',
    input: resolve(import.meta.dirname, 'page.ts'),
    plugins: [
      {
        name: 'stand-ins',
        resolveId: (source) => {
          const file = stands[source];
          return file === undefined ? null : resolve(import.meta.dirname, file);
        },
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  return output[0].code;
}
