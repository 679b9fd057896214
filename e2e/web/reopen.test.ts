import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser, launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { WebClient } from '../support/web-client.ts';
import { befriendTerminal, enterWeb, webInvite } from '../support/web-people.ts';
import { World } from '../support/world.ts';

suite('who comes back to the web client', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('finds everything after a reload: texts, the conversation that was open, what is unread, a draft, the look', async () => {
    await using world = await World.start();
    const [bob, carol] = await world.enterAll('bob', 'carol');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    await alice.write('hello bob');
    await bob.next('message', { from: 'alice', text: 'hello bob' });
    bob.send({ do: 'send', to: 'alice', text: 'hi alice', id: '1' });
    await alice.reads('hi alice');
    await befriendTerminal(alice, ['carol', carol]);
    bob.send({ do: 'send', to: 'alice', text: 'are you there?', id: '2' }, { do: 'send', to: 'alice', text: 'hey', id: '3' });
    await alice.page.getByText('2 unread').waitFor();

    await alice.button('Settings').click();
    await alice.page.getByLabel('Dark', { exact: true }).check();
    await alice.page.keyboard.press('Escape');
    await alice.field('Message').fill('Dear Carol, I');
    await alice.page.reload();
    await alice.unlock();

    assert.equal(await alice.page.locator('html').getAttribute('data-theme'), 'dark');
    await alice.page.getByRole('main', { name: 'carol', exact: true }).waitFor();
    await hasTyped(alice, 'Dear Carol, I');
    await until(async () => (await alice.unread('bob')) === 2, 'what is unread');
    await until(async () => (await alice.page.title()) === '(2) Parley', 'the title to say so');
    await alice.openConversation('bob');
    await alice.reads('hey');
    assert.deepEqual(await alice.lines(), ['You: hello bob', 'bob: hi alice', 'bob: are you there?', 'bob: hey']);
    assert.equal(
      await alice.page.getByRole('log').getByText('New', { exact: true }).count(),
      1,
      'where what is new begins is marked',
    );
    await alice.page.getByText('2 unread').waitFor({ state: 'detached' });
    // How far one has read is stored in the background: nothing on the screen tells when.
    await alice.page.waitForTimeout(1_000);

    await alice.page.reload();
    await alice.unlock();
    await alice.page.getByRole('main', { name: 'bob', exact: true }).waitFor();
    await alice.reads('hey');
    assert.equal(await alice.unread('bob'), 0, 'what was read stays read');
    assert.equal(await alice.page.getByRole('log').getByText('New', { exact: true }).count(), 0);
    alice.isQuiet();
  });

  test('finds everything after the browser was closed, and what has come meanwhile once', async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const profile = join(world.folder, 'profile');
    const before = await WebClient.open(await launchBrowser(profile), 'alice');
    await before.join(webInvite(world));
    await befriendTerminal(before, ['bob', bob]);
    await before.write('good night');
    await bob.next('message', { from: 'alice', text: 'good night' });
    await before.field('Message').fill('and tomorrow');
    await before.page.close();
    before.isQuiet();
    await before.close();

    bob.send({ do: 'send', to: 'alice', text: 'sleep well', id: '1' });
    await bob.next('sent', { id: '1' });
    const alice = await WebClient.open(await launchBrowser(profile), 'alice');
    world.defer(() => alice.close());
    await alice.page.goto(`http://localhost:${world.server.port}/`);
    await alice.page.getByRole('heading', { name: 'Welcome back, alice' }).waitFor();
    await alice.unlock();
    await hasTyped(alice, 'and tomorrow');
    await alice.reads('sleep well');
    assert.deepEqual(await alice.lines(), ['You: good night', 'bob: sleep well']);
    alice.isQuiet();
  });
});

/** The field for messages is filled from the vault a moment after it is there. */
async function hasTyped(client: WebClient, text: string): Promise<void> {
  const field = client.page.getByRole('textbox', { name: 'Message' });
  await field.and(client.page.locator(':not(:placeholder-shown)')).waitFor();
  assert.equal(await field.inputValue(), text);
}
