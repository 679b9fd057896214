import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { PASSPHRASE, within } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { SdkPeer } from '../support/sdk-peer.ts';
import { webGround } from '../support/web-ground.ts';
import { WebClient } from '../support/web-client.ts';
import type { World } from '../support/world.ts';
import { HOSTILE_DEVICE_NAMES, HOSTILE_TEXTS } from './hostile-texts.ts';

const PHONE = { width: 390, height: 700 };

suite('what a hostile peer sends', { skip: unlessInstalled('chromium') }, () => {
  const ground = webGround();

  test(`is text and nothing but text: ${HOSTILE_TEXTS.length} of them`, async () => {
    assert.ok(HOSTILE_TEXTS.length >= 100);
    const mallory = await ground.world.enter('mallory');
    const client = await WebClient.open(ground.browser, 'alice', { viewport: PHONE });
    const { page } = client;
    await client.join(ground.invite);
    const effects = watch(page, ground.world);
    mallory.send({ do: 'request', user: 'alice' });
    await client.accept();
    await mallory.next('accepted');

    for (const [index, { text, links }] of HOSTILE_TEXTS.entries()) {
      const what = JSON.stringify(text.slice(0, 80));
      mallory.send({ do: 'send', to: 'alice', text, id: String(index) });
      const shown = await untilNewest(page, text.toWellFormed(), what);
      assert.deepEqual(shown.wrong, [], what);
      if (links !== undefined) assert.deepEqual(shown.links, links, what);
      mallory.send({ do: 'send', to: 'alice', text: `after ${index}`, id: 'after' });
      const next = await untilNewest(page, `after ${index}`, `what comes after ${what}`);
      assert.deepEqual(next.wrong, [], `what comes after ${what}`);
    }
    assert.deepEqual(await effects(), []);
    assert.ok((await client.lines()).every((line) => line.startsWith('mallory: ')));
    client.isQuiet();
    await client.close();
  });

  test('is text where it is found again', async () => {
    const mallory = await ground.world.enter('mallory2');
    const client = await WebClient.open(ground.browser, 'alice2', { viewport: PHONE });
    const { page } = client;
    await client.join(ground.invite);
    const effects = watch(page, ground.world);
    mallory.send({ do: 'request', user: 'alice2' });
    await client.accept();
    await mallory.next('accepted');
    const text = '<img src=x onerror=alert(1)> https://example.org/ \u202eneedle';
    mallory.send({ do: 'send', to: 'alice2', text, id: '1' });
    await untilNewest(page, text, 'the text');
    await client.button('Search here').click();
    await client.field('Words').fill('<img');
    await client.field('Words').press('Enter');
    await page.getByText('1 found').waitFor();
    assert.equal(await page.getByRole('dialog').locator('.found .text').textContent(), text);
    await client.field('Words').fill('<svg onload=alert(1)>');
    await client.field('Words').press('Enter');
    await page.getByText('Nothing with “<svg onload=alert(1)>”.').waitFor();
    assert.deepEqual(await effects(), []);
    client.isQuiet();
    await client.close();
  });

  test('is a name of a device, as text', async () => {
    const client = await WebClient.open(ground.browser, 'alice3', { viewport: PHONE });
    const { page } = client;
    await client.join(ground.invite);
    const effects = watch(page, ground.world);
    for (const [index, deviceName] of HOSTILE_DEVICE_NAMES.entries()) {
      const peer = await SdkPeer.enter(ground.world, `device${index}`, { deviceName });
      peer.client.request('alice3');
      await client.accept();
      await client.button(`About device${index}`).click();
      const device = page.getByRole('dialog').getByRole('listitem');
      await device.waitFor();
      assert.equal(await device.textContent(), deviceName);
      assert.equal(await page.evaluate(widthToSpare), 0);
      await client.button('Close').click();
      await client.button('Back to the list').click();
      await client.field('Who').waitFor();
    }
    assert.deepEqual(await effects(), []);
    client.isQuiet();
    await client.close();
  });

  test('is said at a time that never was', async () => {
    let shiftMs: number | undefined;
    const clock = { now: () => shiftMs ?? Date.now() };
    const peer = await SdkPeer.enter(ground.world, 'timeless', { clock });
    const client = await WebClient.open(ground.browser, 'alice4', { viewport: PHONE });
    const { page } = client;
    await client.join(ground.invite);
    peer.client.request('alice4');
    await client.accept();
    await peer.sees('accepted');
    for (const [index, at] of [0, 1, 8.64e15, 8.64e15 + 1, 1e18, Number.MAX_SAFE_INTEGER, 253402300800000].entries()) {
      shiftMs = at;
      peer.client.send('alice4', `said at ${at}`, String(index));
      shiftMs = undefined;
      const { wrong } = await untilNewest(page, `said at ${at}`, `a message of ${at}`);
      assert.deepEqual(wrong, [], String(at));
    }
    await client.button('Search here').click();
    await client.field('Words').fill('said');
    await client.field('Words').press('Enter');
    await page.getByText('7 found').waitFor();
    await page.keyboard.press('Escape');
    await client.button('Back to the list').click();
    await client.field('Who').waitFor();
    await page.reload();
    await client.field('Passphrase').fill(PASSPHRASE);
    await client.button('Unlock').click();
    await client.reads('said at 1');
    client.isQuiet();
    await client.close();
  });
});

/** What has happened beyond text, asked for at the end. */
function watch(page: Page, world: World): () => Promise<string[]> {
  const effects: string[] = [];
  const origin = `http://localhost:${world.server.port}`;
  page.on('dialog', (dialog) => {
    effects.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('framenavigated', (frame) => {
    // The way back from a conversation is in the history, under the same address.
    if (frame !== page.mainFrame() || frame.url() !== `${origin}/`) effects.push(`a navigation to ${frame.url()}`);
  });
  page.on('popup', (popup) => effects.push(`a window of ${popup.url()}`));
  page.context().on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) effects.push(`a request to ${request.url()}`);
  });
  return async () => {
    await delay(300); // an image that is no image fails a little later
    return effects;
  };
}

interface Shown {
  readonly links: string[];
  /** What is not as it should be on the screen. */
  readonly wrong: string[];
}

/** Waits until this is the newest text, to the letter, and looks at the screen. */
function untilNewest(page: Page, text: string, what: string): Promise<Shown> {
  const look = async (): Promise<Shown> => (await page.evaluate(lookAtNewest, text)) ?? delay(20).then(look);
  return within(look(), `${what} to be shown as it was sent`, undefined, 15_000);
}

/** Runs in the page. */
function lookAtNewest(text: string): { links: string[]; wrong: string[] } | undefined {
  const log = document.querySelector('[role="log"]');
  const rows = [...document.querySelectorAll<HTMLElement>('[role="log"] .row')];
  const newest = rows.at(-1);
  const shown = newest?.querySelector('.text');
  if (!(log instanceof HTMLElement) || newest === undefined || shown?.textContent !== text) return undefined;
  const [last, before] = [newest.getBoundingClientRect(), rows.at(-2)?.getBoundingClientRect()];
  // Until it has been measured.
  if (before !== undefined && Math.abs(last.top - before.bottom) > 1) return undefined;
  if (log.scrollHeight - log.scrollTop - log.clientHeight > 80) return undefined;

  const wrong: string[] = [];
  const check = (isRight: boolean, problem: string): void => {
    if (!isRight) wrong.push(problem);
  };
  const { documentElement: root } = document;
  check(root.scrollWidth <= root.clientWidth, 'the page scrolls sideways');
  check(root.scrollHeight <= root.clientHeight, 'the page is longer than the window');
  check(log.scrollWidth <= log.clientWidth, 'the conversation scrolls sideways');
  check(
    [...shown.querySelectorAll('*')].every(({ localName }) => localName === 'a'),
    'there is markup in it',
  );
  const bubble = newest.querySelector('.bubble')?.getBoundingClientRect();
  check(bubble !== undefined && bubble.left >= 0 && bubble.right <= root.clientWidth, 'it sticks out');
  const time = newest.querySelector('time')?.firstChild;
  if (time?.nodeType === Node.TEXT_NODE) {
    const left = (index: number): number => {
      const range = document.createRange();
      range.setStart(time, index);
      range.setEnd(time, index + 1);
      return range.getBoundingClientRect().left;
    };
    check(left(0) < left(1), 'the time beside it is turned around');
  }
  const links = [...shown.querySelectorAll('a')];
  for (const { href, rel, target, title } of links) {
    check(/^https?:\/\//.test(href), `a link to ${href}`);
    check(/\bnoopener\b/.test(rel) && /\bnoreferrer\b/.test(rel) && target === '_blank', `a link that is ${rel}`);
    check(title === href, 'a link that does not say where it leads');
  }
  return { links: links.map(({ href }) => href), wrong };
}

function widthToSpare(): number {
  const { documentElement: root } = document;
  const dialog = document.querySelector('dialog .dialog-body');
  return root.scrollWidth - root.clientWidth + (dialog === null ? 0 : dialog.scrollWidth - dialog.clientWidth);
}
