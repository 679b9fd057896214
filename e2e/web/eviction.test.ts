import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { PASSPHRASE } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { WebClient } from '../support/web-client.ts';
import { befriendTerminal, webInvite } from '../support/web-people.ts';
import { World } from '../support/world.ts';

suite('storage that the browser has removed', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('is told, and the account comes back by its phrase, with the same number and to the same people', async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const alice = await WebClient.open(browser, 'alice');
    world.defer(() => alice.close());
    const phrase = await alice.join(webInvite(world));
    await befriendTerminal(alice, ['bob', bob]);
    await alice.write('before');
    await bob.next('message', { text: 'before' });
    const number = await safetyNumber(alice, 'bob');

    const origin = `http://localhost:${world.server.port}`;
    // Away from the page: what is open is not removed.
    await alice.page.goto('about:blank');
    const devtools = await alice.context.newCDPSession(alice.page);
    await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
    await alice.page.goto(`${origin}/`);
    await alice.page.getByRole('heading', { name: 'This browser has removed your account' }).waitFor();
    assert.equal(await alice.field('Username').inputValue(), 'alice');

    await alice.field('Recovery phrase').fill(phrase);
    await alice.field('Passphrase').fill(PASSPHRASE);
    await alice.field('Repeat passphrase').fill(PASSPHRASE);
    await alice.button('Recover').click();
    await alice.field('Who').waitFor();
    // His client goes on by itself with the device that is new to it.
    bob.send({ do: 'send', to: 'alice', text: 'are you back?', id: '1' });
    await alice.openConversation('bob');
    await alice.reads('are you back?');
    assert.equal(await safetyNumber(alice, 'bob'), number);
    await alice.write('I am back');
    await bob.next('message', { from: 'alice', text: 'I am back' });
    bob.send({ do: 'send', to: 'alice', text: 'good', id: '2' });
    await alice.reads('good');
    await alice.page.reload();
    await alice.unlock();
    await alice.reads('I am back');
    alice.isQuiet();
  });
});

async function safetyNumber(client: WebClient, peer: string): Promise<string> {
  await client.button(`About ${peer}`).click();
  const number = await client.page
    .getByRole('dialog')
    .getByText(/^(\d{5} ?){12}$/)
    .textContent();
  await client.page.keyboard.press('Escape');
  assert.ok(number);
  return number;
}
