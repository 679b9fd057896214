import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import { WebClient } from '../support/web-client.ts';
import { World } from '../support/world.ts';

suite('the policy of the page that is served', { skip: unlessInstalled('chromium') }, () => {
  const stack = new AsyncDisposableStack();
  let browser: Browser;
  let world: World;
  let origin: string;
  before(async () => {
    world = stack.use(await World.start());
    browser = await launchChromium();
    stack.defer(() => browser.close());
    origin = `http://localhost:${world.server.port}`;
  });
  after(() => stack.disposeAsync());

  test('refuses eval, markup from text, script from text, and other origins, and says so', async () => {
    const { page, complaints } = await arrive();
    const other = `http://127.0.0.1:${world.server.port}`;
    assert.deepEqual(await page.evaluate(tryEverything, other), {
      'eval of a text': 'EvalError',
      'a function of a text': 'EvalError',
      'markup by innerHTML': 'TypeError',
      'a parser of markup': 'TypeError',
      'a script of a text': 'TypeError',
      'a handler of a text': 'TypeError',
      'another policy': 'TypeError',
      'a fetch to another origin': 'TypeError',
      'a socket to another origin': 'error',
      'an image of another origin': 'error',
      'a frame': 'about:blank',
    });
    const directives = new Set(complaints.flatMap((text) => /^refused by (\S+):/.exec(text)?.[1] ?? []));
    const expected = ['connect-src', 'frame-src', 'img-src', 'require-trusted-types-for', 'trusted-types'];
    assert.deepEqual([...directives].sort(), expected, complaints.join('\n'));
  });

  test('refuses the same in the worker', async () => {
    const { page } = await arrive();
    const told = page.waitForEvent('console', (message) => message.text().startsWith('refused by connect-src:'));
    const worker = page.workers()[0] ?? assert.fail('there is a worker');
    const refused = await worker.evaluate(async (other) => {
      const name = (error: Error): string => error.name;
      await new Promise((resolve) => setTimeout(resolve)); // what a debugger has called may do everything
      // biome-ignore lint/security/noGlobalEval: it is to be refused
      const evaluated = new Promise((resolve) => resolve(globalThis.eval('1'))).catch(name);
      return [await evaluated, await fetch(other).catch(name)];
    }, `http://127.0.0.1:${world.server.port}`);
    assert.deepEqual(refused, ['EvalError', 'TypeError']);
    await told;
  });

  test('lets no script run that somebody has put into the page on its way', async () => {
    const client = await WebClient.open(browser, 'alice');
    await client.page.route(`${origin}/`, async (route) => {
      const response = await route.fetch();
      const markup = (await response.text()).replace('<body>', `<body>${INJECTED}`);
      await route.fulfill({ response, body: markup });
    });
    await client.page.goto(`${origin}/`);
    await client.field('Username').waitFor();
    assert.equal(await client.page.evaluate(() => 'injected' in globalThis), false);
    assert.equal(await client.page.locator('[data-injected]').count(), 3, 'it was there');
    assert.ok(client.complaints.length >= 3, client.complaints.join('\n'));
    await client.close();
  });

  async function arrive(): Promise<WebClient> {
    const client = await WebClient.open(browser, 'alice');
    await client.page.goto(`${origin}/`);
    await client.field('Username').waitFor();
    return client;
  }
});

const INJECTED = [
  '<script data-injected>globalThis.injected = 1</script>',
  '<img data-injected src="x:" onerror="globalThis.injected = 1">',
  '<svg data-injected><script href="data:text/javascript,globalThis.injected=1"></script></svg>',
].join('');

/** Runs in the page: what has become of each try. */
async function tryEverything(other: string): Promise<Record<string, unknown>> {
  const outcome = async (work: () => unknown): Promise<unknown> => {
    try {
      return (await work()) ?? 'done';
    } catch (error) {
      return (error as Error).name;
    }
  };
  const event = (target: EventTarget): Promise<string> =>
    new Promise((resolve) => {
      for (const type of ['load', 'open', 'error']) target.addEventListener(type, () => resolve(type));
    });
  const tries: Record<string, () => unknown> = {
    // biome-ignore lint/security/noGlobalEval: it is to be refused
    'eval of a text': () => globalThis.eval('1'),
    'a function of a text': () => Reflect.construct(Function, ['return 1']),
    'markup by innerHTML': () => {
      document.createElement('div').innerHTML = '<b>x</b>';
    },
    'a parser of markup': () => new DOMParser().parseFromString('<b>x</b>', 'text/html').title,
    'a script of a text': () => {
      const script = document.createElement('script');
      script.text = 'globalThis.injected = 1';
      document.body.append(script);
    },
    'a handler of a text': () => document.createElement('div').setAttribute('onclick', 'globalThis.injected = 1'),
    'another policy': () => {
      const { trustedTypes } = globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } };
      trustedTypes.createPolicy('other', {});
    },
    'a fetch to another origin': () => fetch(other),
    'a socket to another origin': () => event(new WebSocket(other.replace('http', 'ws'))),
    'an image of another origin': () => {
      const image = new Image();
      const done = event(image);
      image.src = `${other}/favicon.svg`;
      return done;
    },
    'a frame': async () => {
      const frame = document.createElement('iframe');
      const done = event(frame);
      frame.src = other;
      document.body.append(frame);
      await done;
      try {
        return frame.contentWindow?.location.href;
      } catch {
        return 'about:blank'; // an error page, which no script may look into
      }
    },
  };
  const outcomes: Record<string, unknown> = {};
  await new Promise((resolve) => setTimeout(resolve)); // what a debugger has called may do everything
  for (const [name, work] of Object.entries(tries)) outcomes[name] = await outcome(work);
  return outcomes;
}
