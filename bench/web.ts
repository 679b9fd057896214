// The web client: what the first load takes, and how it does with many conversations beside one that has none: opening, going from one
// to the other, scrolling. `npx node bench/web.ts [CONVERSATIONS] [MESSAGES]`
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { bundlePage, openTab } from '../e2e/browser/page-bundle.ts';
import { launchBrowser } from '../e2e/support/chromium.ts';
import { PASSPHRASE } from '../e2e/support/process.ts';
import { WebClient } from '../e2e/support/web-client.ts';
import { webInvite } from '../e2e/support/web-people.ts';
import { World } from '../e2e/support/world.ts';
import type { FillPage } from './support/fill-page.ts';

const [conversations = 1_000, messages = 100_000] = process.argv.slice(2).map(Number);
const SWITCHES = 40;
const WHEELS = 120;
const WHEEL_PIXELS = 800;
/** What people notice. */
const LONG_TASK_MS = 50;

declare const page: FillPage;

const ms = (value: number): string => `${value.toFixed(0)} ms`;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const longest = (values: readonly number[]): number => Math.max(0, ...values);

await using world = await World.start();
const invite = webInvite(world);
const profile = mkdtempSync(join(tmpdir(), 'parley-bench-'));
world.defer(() => rmSync(profile, { recursive: true, force: true }));

// Without a service worker, which would not let the page through that fills the vault.
const WITHOUT_SERVICE_WORKER = { serviceWorkers: 'block' } as const;
let browser = await launchBrowser(profile, WITHOUT_SERVICE_WORKER);
const load = await firstLoad(browser);
console.log(`first load: ${load.requests} files, ${(load.bytes / 1_000).toFixed(0)} kB as sent; form after ${ms(load.formMs)}`);
const alice = await WebClient.open(browser, 'alice');
await alice.join(invite);
await browser.close();

const empty = await unlocking();
await filled();
const full = await unlocking(async (client) => {
  await look('going from one conversation to another', client.page, () => switchBackAndForth(client));
  await look('scrolling the list of conversations', client.page, () => wheel(client.page, '.sidebar .scroller', 1));
  await client.page.keyboard.press('Control+k');
  await client.field('Name or command').fill('peer-0000');
  await client.page.keyboard.press('Enter');
  await client.page.getByRole('main', { name: 'peer-0000' }).waitFor();
  await look('looking back through a long conversation', client.page, () => wheel(client.page, '[role=log]', -1));
});
console.log(
  `from the passphrase to the chat: ${ms(empty)} without, ${ms(full)} with ${conversations} conversations and ${messages} messages`,
);

/** From nothing, by the invite's link, to the form. */
async function firstLoad(context: BrowserContext): Promise<{ requests: number; bytes: number; formMs: number }> {
  const tab = await context.newPage();
  const sizes: Promise<number>[] = [];
  tab.on('response', (response) => sizes.push(response.headerValue('content-length').then(Number)));
  const start = performance.now();
  await tab.goto(invite);
  await tab.getByLabel('Username').waitFor();
  const formMs = performance.now() - start;
  const bytes = await Promise.all(sizes);
  await tab.close();
  return { requests: bytes.length, bytes: bytes.reduce((sum, one) => sum + one, 0), formMs };
}

/** A browser that has just been started, with what the profile holds. */
async function unlocking(then: (client: WebClient) => Promise<void> = async () => {}): Promise<number> {
  browser = await launchBrowser(profile, WITHOUT_SERVICE_WORKER);
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

async function filled(): Promise<void> {
  browser = await launchBrowser(profile, WITHOUT_SERVICE_WORKER);
  const script = await bundlePage(resolve(import.meta.dirname, 'page/fill-browser'));
  const tab = await openTab(browser, script, new URL('/fill/', invite).href);
  await tab.evaluate((options) => page.fill(options), { passphrase: PASSPHRASE, peers: conversations, messages });
  await browser.close();
}

async function switchBackAndForth({ page: tab }: WebClient): Promise<string> {
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
  return `median ${ms(median(times))}, longest ${ms(longest(times))} until it is shown`;
}

/** Turns the wheel as fast as people do. */
async function wheel(tab: Page, selector: string, direction: 1 | -1): Promise<string> {
  await tab.locator(selector).hover();
  for (let i = 0; i < WHEELS; i += 1) {
    await tab.mouse.wheel(0, direction * WHEEL_PIXELS);
    await tab.waitForTimeout(16);
  }
  const top = await tab.locator(selector).evaluate((list) => (list as unknown as { scrollTop: number }).scrollTop);
  return `${WHEELS} turns of the wheel, then ${top.toFixed(0)} pixels from the top`;
}

/** Prints what was done and how many tasks of the page took so long that somebody could notice. */
async function look(what: string, tab: Page, work: () => Promise<string>): Promise<void> {
  const recorder = await tab.evaluateHandle(() => {
    const longTasks: number[] = [];
    const frames: number[] = [];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask' as never,
    });
    let last = performance.now();
    const tick = (now: number): void => {
      frames.push(now - last);
      last = now;
      (globalThis as unknown as { requestAnimationFrame(tick: (now: number) => void): void }).requestAnimationFrame(tick);
    };
    tick(last);
    return { longTasks, frames };
  });
  const result = await work();
  const { longTasks, frames } = await recorder.jsonValue();
  const long = longTasks.length === 0 ? 'none' : `${longTasks.length}, longest ${ms(longest(longTasks))}`;
  console.log(
    `${what}: ${result}; tasks over ${LONG_TASK_MS} ms: ${long}; frames: median ${ms(median(frames))}, longest ${ms(longest(frames))}`,
  );
}
