import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import type { WebClient } from '../support/web-client.ts';
import { befriendTerminal, enterWeb } from '../support/web-people.ts';
import { World } from '../support/world.ts';

const TEXTS = ['one', 'two', 'three', 'four'];

suite('while the server is away', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('the page says so, and what is written waits and arrives once, in its order', async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    await alice.write('before');
    await bob.next('message', { text: 'before' });
    await isConnected(alice, 'on line');
    await waitFor(alice, 'sent', 1);

    await world.killServer();
    await isConnected(alice, 'off line, trying again');
    for (const text of TEXTS) await alice.write(text);
    await waitFor(alice, 'not sent yet', TEXTS.length);
    // Also on a phone, where the list is behind the conversation.
    await alice.page.setViewportSize({ width: 390, height: 800 });
    await alice.page.getByText('off line, trying again').filter({ visible: true }).waitFor();
    await alice.page.setViewportSize({ width: 1280, height: 720 });

    await world.restartServer();
    await isConnected(alice, 'on line');
    for (const text of TEXTS) await bob.next('message', { from: 'alice', text });
    await waitFor(alice, 'not sent yet', 0);
    await waitFor(alice, 'sent', TEXTS.length + 1);
    bob.send({ do: 'send', to: 'alice', text: 'all here', id: '1' });
    await alice.reads('all here');
    await alice.write('good');
    await Promise.all([bob.next('message', { text: 'good' }), alice.reads('good')]);
    const got = bob.events.filter(({ event }) => event === 'message').map(({ text }) => text);
    assert.deepEqual(got, ['before', ...TEXTS, 'good']);
    assert.deepEqual(
      await alice.lines(),
      ['before', ...TEXTS, 'all here', 'good'].map((text) => `${text === 'all here' ? 'bob' : 'You'}: ${text}`),
    );
    alice.isQuietBesidesOutage();
  });

  test('a request waits too, and whoever unlocks meanwhile sees what was said and that they are off line', async () => {
    await using world = await World.start();
    const [bob, carol] = await world.enterAll('bob', 'carol');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    await alice.write('kept here');
    await bob.next('message', { text: 'kept here' });
    await alice.button('Settings').click();
    await alice.button('Lock now').click();
    await alice.button('Unlock').waitFor();

    await world.killServer();
    await alice.unlock();
    await alice.reads('kept here');
    await isConnected(alice, 'off line, trying again');
    await alice.request('carol');
    await alice.page.getByText('You asked carol to talk.').waitFor();
    await world.restartServer();
    await carol.next('request', { from: 'alice' });
    carol.send({ do: 'accept', user: 'alice' });
    await alice.field('Message').waitFor();
    await alice.write('hello carol');
    await carol.next('message', { text: 'hello carol' });
    alice.isQuietBesidesOutage();
  });
});

async function isConnected(client: WebClient, text: string): Promise<void> {
  await client.page.getByRole('status').getByText(text, { exact: true }).waitFor();
}

/** Waits until so many lines of the open conversation carry a mark. */
async function waitFor(client: WebClient, mark: string, count: number): Promise<void> {
  const marks = client.page.getByRole('log').getByTitle(mark, { exact: true });
  if (count === 0) await marks.first().waitFor({ state: 'detached' });
  else await marks.nth(count - 1).waitFor();
  assert.equal(await marks.count(), count);
}
