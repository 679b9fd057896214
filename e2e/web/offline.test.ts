import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createServer, type RunningServer, silentLog } from '@parley/server';
import type { Browser, Page } from 'playwright-core';
import { WEB_CLIENT } from '../../packages/cli/src/web-client.ts';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { WebClient } from '../support/web-client.ts';
import { befriendTerminal, enterWeb } from '../support/web-people.ts';
import { tempFolder, World } from '../support/world.ts';

suite('the web client as an installed app', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('opens without its server, shows what was said, and keeps what is written until the server is back', async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    await alice.write('on line');
    await bob.next('message', { text: 'on line' });
    await alice.page.getByTitle('not sent yet').waitFor({ state: 'detached' });
    await untilControlled(alice.page);

    await world.killServer();
    await alice.page.reload();
    await alice.unlock();
    await alice.reads('on line');
    await alice.write('off line');
    await alice.page.getByTitle('not sent yet').waitFor();
    await alice.page.reload();
    await alice.unlock();
    await alice.reads('off line');
    assert.equal(await alice.page.getByTitle('not sent yet').count(), 1);
    await world.restartServer();
    await bob.next('message', { from: 'alice', text: 'off line' });
    await alice.page.getByTitle('not sent yet').waitFor({ state: 'detached' });
    await alice.write('and on line again');
    await bob.next('message', { from: 'alice', text: 'and on line again' });
    const got = bob.events.filter(({ event }) => event === 'message').map(({ text }) => text);
    assert.deepEqual(got, ['on line', 'off line', 'and on line again']);
    alice.isQuietBesidesOutage();
  });

  test('has a manifest that Chromium takes, with icons as big as it says', async () => {
    await using world = await World.start();
    const client = await WebClient.open(browser, 'alice');
    world.defer(() => client.close());
    const origin = `http://localhost:${world.server.port}`;
    await client.page.goto(`${origin}/`);
    const devtools = await client.context.newCDPSession(client.page);
    const { url, errors, data } = await devtools.send('Page.getAppManifest');
    assert.equal(url, `${origin}/manifest.webmanifest`);
    assert.deepEqual(errors, []);
    const manifest = JSON.parse(data ?? '') as { display: string; icons: { src: string; sizes: string; purpose?: string }[] };
    assert.equal(manifest.display, 'standalone');
    assert.ok(manifest.icons.some(({ purpose }) => purpose === 'maskable'));
    for (const { src, sizes } of manifest.icons.filter(({ sizes: size }) => size !== 'any')) {
      const png = Buffer.from(await (await fetch(origin + src)).arrayBuffer());
      assert.equal(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, sizes, src);
    }
    await untilControlled(client.page);
    client.isQuiet();
  });

  test('is replaced by a new build as a whole, which opens off line then', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = tempFolder(stack);
    const context = await browser.newContext();
    stack.defer(() => context.close());
    const client = await WebClient.open(context, 'alice');
    const { page } = client;

    let server = await serve(folder, build(folder, 'one'));
    stack.defer(() => server.close());
    const { port } = server;
    await page.goto(`http://localhost:${port}/`);
    await untilControlled(page);
    for (const name of ['two', 'three']) {
      await server.close();
      server = await serve(folder, build(folder, name), port);
      await page.reload();
      assert.equal(await builtIn(page), name, 'the new page comes at once');
      await until(() => hasFilesOf(page, name), `the files of build ${name}`);
    }
    await until(async () => (await page.evaluate<string[]>('caches.keys()')).length <= 2, 'old files to go');

    await server.close();
    await page.reload();
    assert.equal(await builtIn(page), 'three');
    await page.getByRole('heading', { name: 'Join with an invite' }).waitFor();
    client.isQuietBesidesOutage();
  });
});

/** The service worker has taken over the page: from then on it opens without a server. */
async function untilControlled(page: Page): Promise<void> {
  await until(() => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'), 'the service worker');
}

/** A copy of the web client that differs in all that a build does: the page, a file without a hash in its name, the version. */
function build(folder: string, name: string): string {
  const place = join(folder, name);
  cpSync(WEB_CLIENT, place, { recursive: true });
  change(join(place, 'index.html'), '</head>', `<meta name="build" content="${name}" /></head>`);
  change(join(place, 'manifest.webmanifest'), '"name": "Parley"', `"name": "${name}"`);
  change(join(place, 'sw.js'), /[0-9a-f]{16}/, name);
  return place;
}

function change(file: string, before: string | RegExp, after: string): void {
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(before, after);
  assert.notEqual(changed, text, file);
  writeFileSync(file, changed);
  for (const ending of ['.br', '.gz']) rmSync(file + ending, { force: true });
}

function serve(folder: string, webFolder: string, port = 0): Promise<RunningServer> {
  const dataFolder = join(folder, 'server');
  return createServer({ dataFolder, host: '127.0.0.1', port, names: ['localhost'], logger: silentLog, webFolder });
}

function builtIn(page: Page): Promise<string | null> {
  return page.locator('meta[name="build"]').getAttribute('content');
}

/**
 * Whether the service worker of a build has taken over. Asked only now and then: each question keeps the former one at work, and Chromium
 * waits for a moment in which it has none.
 */
async function hasFilesOf(page: Page, name: string): Promise<boolean> {
  await page.waitForTimeout(500);
  return (await manifestName(page)) === name;
}

function manifestName(page: Page): Promise<string> {
  return page.evaluate<string>(`fetch('/manifest.webmanifest').then((file) => file.json()).then(({ name }) => name)`);
}
