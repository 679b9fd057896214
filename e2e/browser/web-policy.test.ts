import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer, type RunningServer, type ServerConfig, silentLog } from '@parley/server';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { within } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { makeTlsFiles, startTlsProxy } from '../support/tls.ts';
import { tempFolder } from '../support/world.ts';
import { writePolicyPages } from './policy-pages.ts';

const skip = unlessInstalled('chromium') || unlessInstalled('openssl');

/** What a page reports that does what the web client has to. */
const EVERYTHING = {
  inWorker: { webSocket: 'open', webAssembly: true },
  webSocket: 'open',
  fetched: 200,
  serviceWorker: true,
  styled: 'grid',
  isolated: true,
  notifications: 'default',
};

suite('the headers of the web client, in a real browser', { skip }, () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  let browser: Browser;
  before(async () => {
    folder = tempFolder(stack);
    mkdirSync(join(folder, 'web'));
    writePolicyPages(join(folder, 'web'));
    browser = await launchChromium('--ignore-certificate-errors');
    stack.defer(() => browser.close());
  });
  after(() => stack.disposeAsync());

  test('let a page do all that it has to, without a word in the console', async () => {
    const { port } = await startServer('plain');
    assert.deepEqual(await look(`http://localhost:${port}/`), { seen: EVERYTHING, console: [] });
  });

  test('let it do so over TLS', async () => {
    const files = await makeTlsFiles(folder);
    const tls = { key: readFileSync(files.key, 'utf8'), certificate: readFileSync(files.certificate, 'utf8') };
    const { port } = await startServer('tls', { tls });
    assert.deepEqual(await look(`https://localhost:${port}/`), { seen: EVERYTHING, console: [] });
  });

  test('let it do so behind a proxy that speaks TLS for the server', async () => {
    const { port } = await startServer('proxied');
    const proxy = await startTlsProxy(stack, await makeTlsFiles(folder), port);
    assert.deepEqual(await look(`https://localhost:${proxy}/`), { seen: EVERYTHING, console: [] });
  });

  test('keep it from everything else', async () => {
    const [one, other] = [await startServer('one'), await startServer('other')];
    const { seen } = await look(`http://localhost:${one.port}/forbidden.html#http://localhost:${other.port}`);
    assert.deepEqual(seen, {
      evaluated: 'EvalError',
      html: 'TypeError',
      otherPolicy: 'TypeError',
      webSocket: 'refused',
      fetched: 'TypeError',
      image: 'refused',
      withoutHash: false,
      inline: false,
    });
  });

  async function startServer(name: string, config: Partial<ServerConfig> = {}): Promise<RunningServer> {
    const server = await createServer({
      dataFolder: join(folder, name),
      host: '127.0.0.1',
      port: 0,
      names: ['localhost'],
      logger: silentLog,
      webFolder: join(folder, 'web'),
      ...config,
    });
    stack.defer(() => server.close());
    return server;
  }

  /** What a page has seen, and what the browser said about it. */
  async function look(url: string): Promise<{ seen: unknown; console: string[] }> {
    const context = await browser.newContext();
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.goto(url);
    // waitForFunction of Playwright would need eval in the page.
    const untilSeen = async (): Promise<unknown> => (await page.evaluate('globalThis.seen')) ?? delay(50).then(untilSeen);
    const seen = await within(untilSeen(), `the page to be done; it said: ${said.join('\n')}`);
    await context.close();
    return { seen, console: said };
  }
});
