import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { until } from '../support/until.ts';
import { unlessInstalled } from '../support/programs.ts';
import type { WebClient } from '../support/web-client.ts';
import { befriendTerminal, enterWeb } from '../support/web-people.ts';
import { World } from '../support/world.ts';

/** A Chromium without a window shows every page, whatever lies before it: so the page is told otherwise, by the same event. */
const VISIBILITY = `
  let state = 'visible';
  Object.defineProperty(document, 'visibilityState', { get: () => state });
  globalThis.becomes = (next) => {
    state = next;
    document.dispatchEvent(new Event('visibilitychange'));
  };`;

/** Keeps what is shown instead of showing it: a Chromium without a window has no place for notifications. */
const NOTIFICATIONS = `
  globalThis.shown = [];
  ServiceWorkerRegistration.prototype.showNotification = async (title, options) => void shown.push({ title, ...options });`;

suite('a page that is out of sight', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('counts in its title, notifies of neither name nor text, and marks what is new until it is seen again', async () => {
    await using world = await World.start();
    const [bob, mallory] = await world.enterAll('bob', 'mallory');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    await alice.context.grantPermissions(['notifications']);
    await alice.page.evaluate('navigator.serviceWorker.ready.then(() => {})');
    await alice.button('Settings').click();
    const choice = alice.page.getByLabel('Tell me when something comes');
    await choice.click();
    await until(() => choice.isChecked(), 'the permission');
    await alice.page.keyboard.press('Escape');
    await alice.page.evaluate(VISIBILITY + NOTIFICATIONS);

    bob.send({ do: 'send', to: 'alice', text: 'seen at once', id: '1' });
    await alice.reads('seen at once');
    assert.equal(await alice.page.title(), 'Parley');
    await becomes(alice, 'hidden');
    bob.send({ do: 'send', to: 'alice', text: 'secret one', id: '2' }, { do: 'send', to: 'alice', text: 'secret two', id: '3' });
    await alice.reads('secret two');
    await hasTitle(alice, '(2) Parley');
    assert.equal(await alice.unread('bob'), 2);
    assert.deepEqual(await aroundNew(alice), ['bob: seen at once', 'New', 'bob: secret one', 'bob: secret two']);
    mallory.send({ do: 'request', user: 'alice' });
    await alice.button('Accept').waitFor();
    await hasTitle(alice, '(3) Parley');

    const shown = await alice.page.evaluate<{ title: string; body: string; tag: string }[]>('shown');
    assert.deepEqual(
      shown.map(({ title, body }) => [title, body]),
      [
        ['Parley', 'A new message'],
        ['Parley', 'A new message'],
        ['Parley', 'Somebody asks to talk'],
      ],
    );
    assert.equal(new Set(shown.map(({ tag }) => tag)).size, 1, 'one takes the place of the other');
    assert.doesNotMatch(JSON.stringify(shown), /bob|mallory|alice|secret/i);

    await becomes(alice, 'visible');
    await hasTitle(alice, '(1) Parley');
    assert.equal(await alice.unread('bob'), 0);
    assert.equal((await aroundNew(alice))[1], 'New', 'whoever comes back sees where what is new begins');
    await alice.button('Refuse').click();
    await hasTitle(alice, 'Parley');
    bob.send({ do: 'send', to: 'alice', text: 'and this one is seen', id: '4' });
    await alice.reads('and this one is seen');
    assert.equal((await alice.page.evaluate<unknown[]>('shown')).length, 3, 'whoever looks is not notified');

    await alice.page.reload();
    await alice.unlock();
    await alice.reads('and this one is seen');
    assert.equal(await alice.unread('bob'), 0);
    alice.isQuiet();
  });

  test('notifies of nothing unless it was asked to', async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    await alice.context.grantPermissions(['notifications']);
    await alice.page.evaluate('navigator.serviceWorker.ready.then(() => {})');
    await alice.page.evaluate(VISIBILITY + NOTIFICATIONS);
    await becomes(alice, 'hidden');
    bob.send({ do: 'send', to: 'alice', text: 'hello', id: '1' });
    await hasTitle(alice, '(1) Parley');
    assert.deepEqual(await alice.page.evaluate('shown'), []);
    alice.isQuiet();
  });
});

async function becomes({ page }: WebClient, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(`becomes('${state}')`);
}

async function hasTitle({ page }: WebClient, title: string): Promise<void> {
  await until(async () => (await page.title()) === title, `the title ${title}`);
}

/** The lines of the open conversation, with the one that says where what is new begins. */
async function aroundNew({ page }: WebClient): Promise<string[]> {
  const rows = page.getByRole('log').locator('.new-line, article');
  const texts: string[] = [];
  for (const row of await rows.all()) {
    if ((await row.getAttribute('class')) === 'new-line') texts.push('New');
    else texts.push(`${await row.locator('p').first().textContent()}: ${await row.locator('.text').textContent()}`);
  }
  return texts;
}
