import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { XXhfsVector } from '../../packages/protocol/test/noise/xxhfs.ts';
import { unlessInstalled } from '../support/programs.ts';
import { launchBrowser } from '../support/chromium.ts';
import type { CryptoPage } from './crypto-page.ts';
import { bundlePage, openTab } from './page-bundle.ts';

const VECTORS = resolve(import.meta.dirname, '../../packages/protocol/test/vectors/xxhfs.json');

declare const page: CryptoPage;

suite('in a real browser', { skip: unlessInstalled('chromium') }, () => {
  let profile: string;
  let browser: BrowserContext;
  let tab: Page;

  before(async () => {
    profile = await mkdtemp(join(tmpdir(), 'parley-browser-'));
    browser = await launchBrowser(profile);
    tab = await openTab(browser, await bundlePage('crypto'));
  });
  after(async () => {
    await browser.close();
    await rm(profile, { recursive: true });
  });

  test('the noble provider passes the compliance suite', async () => {
    const { ran, failures } = await tab.evaluate(() => page.runCollected());
    assert.deepEqual(failures, []);
    assert.ok(ran >= 15, `${ran} tests`);
  });

  test('whole XXhfs handshakes give the bytes of the frozen vectors', async () => {
    const { vectors } = JSON.parse(await readFile(VECTORS, 'utf8')) as { vectors: XXhfsVector[] };
    assert.deepEqual(await tab.evaluate((given) => page.runVectors(given), vectors), vectors);
  });

  test('what is deferred runs after the turn, in order', async () => {
    assert.deepEqual(await tab.evaluate(() => page.deferred()), ['this turn', 'first', 'second']);
  });
});
