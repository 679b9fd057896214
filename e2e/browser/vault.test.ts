import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, suite, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { unlessInstalled } from '../support/programs.ts';
import { unlessTraceable } from '../support/strace.ts';
import { launchBrowser } from '../support/chromium.ts';
import { bundlePage, INSECURE_ORIGIN, ORIGIN, OTHER_ORIGIN, openTab } from './page-bundle.ts';
import { syncsDuring } from './syncs.ts';
import type { VaultPage } from './vault-page.ts';

const PASSPHRASE = 'canary-passphrase';

declare const page: VaultPage;

suite('a vault in a real browser', { skip: unlessInstalled('chromium') }, () => {
  let profile: string;
  let script: string;
  let browser: BrowserContext;
  let tab: Page;

  before(async () => {
    profile = await mkdtemp(join(tmpdir(), 'parley-browser-'));
    script = await bundlePage('vault');
    browser = await launchBrowser(profile);
  });
  after(async () => {
    await browser.close();
    await rm(profile, { recursive: true });
  });
  /** A vault of its own for each test, open in a tab of its own. */
  beforeEach(async () => {
    await tab?.close();
    tab = await openTab(browser, script);
    assert.equal(await tab.evaluate(() => page.remove()), 'done');
    assert.equal(await tab.evaluate((passphrase) => page.create(passphrase), PASSPHRASE), 'done');
  });
  const create = (passphrase = PASSPHRASE) => tab.evaluate((given) => page.create(given), passphrase);
  const open = (passphrase = PASSPHRASE, where = tab) => where.evaluate((given) => page.open(given), passphrase);
  const put = (key: string, text: string) => tab.evaluate((row) => page.put(row[0]!, row[1]!), [key, text]);
  const get = (key: string) => tab.evaluate((given) => page.get(given), key);

  test('keeps to the rules of all vaults', async () => {
    const { ran, failures } = await tab.evaluate(() => page.runCollected());
    assert.deepEqual(failures, []);
    assert.ok(ran >= 26, `${ran} tests`);
  });

  test('is there from when it was made until it is removed, and not made by who asks', async () => {
    assert.match(await tab.evaluate(() => page.remove()), /^locked: Parley is open in another tab or window/);
    await tab.evaluate(() => page.close());
    assert.equal(await tab.evaluate(() => page.has()), true);
    assert.match(await create(), /^exists: this browser keeps a vault already/);
    assert.equal(await tab.evaluate(() => page.remove()), 'done');
    assert.equal(await tab.evaluate(() => page.has()), false);
    assert.match(await open(), /^not_found: this browser keeps no vault/);
    assert.equal(await tab.evaluate(() => page.has()), false);
  });

  test('is open in one tab at a time, and in the next when that one is gone', async () => {
    await put('bob', 'pin');
    const second = await openTab(browser, script);
    assert.match(await open(PASSPHRASE, second), /^locked: Parley is open in another tab or window of this browser/);
    await tab.close();
    tab = second;
    assert.equal(await open(), 'done');
    assert.equal(await get('bob'), 'pin');
  });

  test('opens in a tab that is loaded anew', async () => {
    await put('bob', 'pin');
    await tab.reload();
    await tab.waitForFunction('globalThis.page !== undefined');
    assert.equal(await open(), 'done');
    assert.equal(await get('bob'), 'pin');
  });

  test('loses no acknowledged write when its tab crashes, and tears none apart', async () => {
    let durable = 0;
    tab.on('console', (message) => {
      durable = Number(message.text());
    });
    await tab.evaluate(() => page.countForEver());
    while (durable < 50) await tab.waitForEvent('console');
    await Promise.all([tab.waitForEvent('crash'), tab.goto('chrome://crash').catch(() => {})]);
    await tab.close();
    tab = await openTab(browser, script);
    assert.equal(await open(), 'done');
    assert.ok(Number(await get('left')) >= durable, `${await get('left')} of ${durable}`);
    assert.equal(await get('right'), await get('left'));
  });

  test('has every write on disk before it resolves, and leaves to the system what is not to be synced', {
    skip: unlessTraceable(),
  }, async () => {
    await tab.evaluate(() => page.close().then(() => page.remove()));
    assert.ok((await syncsDuring(profile, () => create())) > 0, 'a new vault is on disk');
    const synced = await syncsDuring(profile, () => tab.evaluate(() => page.putMany(20, true)));
    assert.ok(synced >= 20, `${synced} syncs`);
    const notSynced = await syncsDuring(profile, () => tab.evaluate(() => page.putMany(20, false)));
    assert.ok(notSynced < 10, `${notSynced} syncs`);
  });

  test('takes no row that was altered or moved', async () => {
    for (const alteration of await tab.evaluate(() => page.storage.alterations())) {
      const answer = await tab.evaluate((given) => page.storage.readAltered(given), alteration);
      assert.match(answer, /^damaged: the vault in this browser is damaged \(a row .*recovery phrase$/, alteration);
    }
  });

  test('lets nobody try passphrases without this browser', async () => {
    assert.equal(await tab.evaluate(() => page.storage.exportDeviceKey()), 'InvalidAccessError');
    const answer = await tab.evaluate((passphrase) => page.storage.tryElsewhere(passphrase), PASSPHRASE);
    assert.match(answer, /^wrong_passphrase: /);
  });

  test('says that there is no space left, and keeps what was there', async () => {
    // Chromium remembers for a while how much space an origin has: one that it has not been asked about yet.
    await tab.close();
    tab = await openTab(browser, script, OTHER_ORIGIN);
    const devtools = await browser.newCDPSession(tab);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: OTHER_ORIGIN, quotaSize: 1_000_000 });
    assert.equal(await create(), 'done');
    assert.equal(await put('bob', 'pin'), 'done');
    const answer = await tab.evaluate(() => page.putLarge('bob', 2_000_000));
    assert.match(answer, /^io: this browser has no space left: free some/);
    assert.equal(await get('bob'), 'pin');
    assert.equal(await put('bob', 'new pin'), 'done');
  });

  test('is not made where the browser keeps no secrets, and says where it does', async () => {
    await tab.close();
    tab = await openTab(browser, script, INSECURE_ORIGIN);
    assert.match(await create(), /^io: a browser keeps secrets only for pages that came by https, or from localhost/);
    assert.equal(await tab.evaluate(() => page.has()), false);
  });

  test('gives way to a later version of itself, and says so', async () => {
    const second = await openTab(browser, script);
    await second.evaluate(() => page.storage.upgrade());
    await second.close();
    assert.match(
      await get('bob'),
      /^newer: the vault in this browser was made by a newer Parley than this page: load the page anew/,
    );
    await tab.evaluate(() => page.close());
    assert.match(await open(), /^newer: /);
    assert.match(await create(), /^exists: /);
  });

  test('says that the browser removed the data, and can be made anew', async () => {
    await put('bob', 'pin');
    const devtools = await browser.newCDPSession(tab);
    await devtools.send('Storage.clearDataForOrigin', { origin: ORIGIN, storageTypes: 'indexeddb' });
    assert.match(await get('bob'), /^io: this browser removed the data of this page/);
    assert.match(await put('bob', 'other'), /^io: this browser removed the data of this page/);
    assert.equal(await tab.evaluate(() => page.close()), 'done');
    assert.equal(await tab.evaluate(() => page.has()), false);
    assert.equal(await create(), 'done');
    assert.equal(await get('bob'), '');
  });

  test('is there after a restart of the browser, and unreadable in every file of its profile', async () => {
    await put('canary-key', 'canary-text');
    await tab.evaluate(() => page.storage.keepUnsealed('unsealed-text'));
    const open1 = await filesWith(profile, 'canary-');
    await browser.close();
    assert.notDeepEqual(await filesWith(profile, 'unsealed-text'), [], 'what is not sealed would be found');
    assert.deepEqual([...open1, ...(await filesWith(profile, 'canary-'))], []);
    browser = await launchBrowser(profile);
    tab = await openTab(browser, script);
    assert.match(await open('canary-wrong'), /^wrong_passphrase: /);
    assert.equal(await open(), 'done');
    assert.equal(await get('canary-key'), 'canary-text');
  });
});

/** The files below a folder that hold a text in one of the encodings that browsers use. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const content = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
    if (content.includes(text, 0, 'utf8') || content.includes(text, 0, 'utf16le')) found.push(entry.name);
  }
  return found;
}
