import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { webInvite } from './web-people.ts';
import { World } from './world.ts';

/** What the tests of a suite share: a server, the link into it, and a browser. */
export interface WebGround {
  readonly browser: Browser;
  readonly world: World;
  readonly invite: string;
}

/** To be called in a suite: it is there while its tests run. @param flags of Chromium */
export function webGround(...flags: string[]): WebGround {
  const stack = new AsyncDisposableStack();
  let started: { browser: Browser; world: World } | undefined;
  const get = () => started ?? assert.fail('the suite has not begun');
  before(async () => {
    const world = stack.use(await World.start());
    const browser = await launchChromium(...flags);
    stack.defer(() => browser.close());
    started = { browser, world };
  });
  after(() => stack.disposeAsync());
  return {
    get browser() {
      return get().browser;
    },
    get world() {
      return get().world;
    },
    get invite() {
      return webInvite(get().world);
    },
  };
}
