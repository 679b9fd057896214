import { resolve } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { bundlePage, openTab } from '../../e2e/browser/page-bundle.ts';
import { launchBrowser } from '../../e2e/support/chromium.ts';
import { PASSPHRASE } from '../../e2e/support/process.ts';
import { WebClient } from '../../e2e/support/web-client.ts';
import type { FillPage } from './fill-page.ts';
import { longest, median } from './statistics.ts';

const SWITCHES = 40;
const WHEELS = 120;
const WHEEL_PIXELS = 800;

/** Without a service worker, which would not let the page through that fills the vault. */
export const WITHOUT_SERVICE_WORKER = { serviceWorkers: 'block' } as const;

declare const page: FillPage;

/** From nothing, by the invite's link, to the form. */
export async function firstLoad(context: BrowserContext, invite: string): Promise<{ files: number; kb: number; ms: number }> {
  const tab = await context.newPage();
  const sizes: Promise<number>[] = [];
  tab.on('response', (response) => sizes.push(response.headerValue('content-length').then(Number)));
  const start = performance.now();
  await tab.goto(invite);
  await tab.getByLabel('Username').waitFor();
  const ms = performance.now() - start;
  const bytes = await Promise.all(sizes);
  await tab.close();
  return { files: bytes.length, kb: bytes.reduce((sum, one) => sum + one, 0) / 1_000, ms };
}

/** A browser that has just been started, with what the profile holds: from the passphrase to the chat, milliseconds. */
export async function unlock(
  profile: string,
  invite: string,
  then: (client: WebClient) => Promise<void> = async () => {},
): Promise<number> {
  const browser = await launchBrowser(profile, WITHOUT_SERVICE_WORKER);
  const client = await WebClient.open(browser, 'alice');
  await client.page.goto(new URL('/', invite).href);
  await client.field('Passphrase').fill(PASSPHRASE);
  const start = performance.now();
  await client.button('Unlock').click();
  await client.field('Who').waitFor();
  const took = performance.now() - start;
  await then(client);
  await browser.close();
  return took;
}

/** Puts conversations into alice's vault. */
export async function fill(profile: string, invite: string, what: { peers: number; messages: number }): Promise<void> {
  const browser = await launchBrowser(profile, WITHOUT_SERVICE_WORKER);
  const script = await bundlePage(resolve(import.meta.dirname, '../page/fill-browser'));
  const tab = await openTab(browser, script, new URL('/fill/', invite).href);
  await tab.evaluate((options) => page.fill(options), { passphrase: PASSPHRASE, ...what });
  await browser.close();
}

/** By key; how long until the other one is shown. */
export async function switchBackAndForth({ page: tab }: WebClient): Promise<{ ms: number; longest_ms: number }> {
  const times: number[] = [];
  for (let i = 0; i < SWITCHES; i += 1) {
    const start = performance.now();
    const before = await tab
      .locator('.conversation h2')
      .textContent()
      .catch(() => '');
    await tab.keyboard.press(i % 4 === 3 ? 'Alt+ArrowUp' : 'Alt+ArrowDown');
    await tab.locator('.conversation h2', { hasNotText: before ?? '' }).waitFor();
    await tab.getByRole('log').getByRole('article').last().waitFor();
    times.push(performance.now() - start);
  }
  return { ms: median(times), longest_ms: longest(times) };
}

/** Turns the wheel as fast as people do. @throws where that scrolls nothing */
export async function wheel(tab: Page, selector: string, direction: 1 | -1): Promise<Record<never, never>> {
  const top = (): Promise<number> =>
    tab.locator(selector).evaluate((list) => (list as unknown as { scrollTop: number }).scrollTop);
  const before = await top();
  await tab.locator(selector).hover();
  for (let i = 0; i < WHEELS; i += 1) {
    await tab.mouse.wheel(0, direction * WHEEL_PIXELS);
    await tab.waitForTimeout(16);
  }
  if ((await top()) === before) throw new Error(`${selector} did not scroll`);
  return {};
}
