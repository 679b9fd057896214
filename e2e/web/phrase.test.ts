import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { PASSPHRASE } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { WebClient } from '../support/web-client.ts';
import { webInvite } from '../support/web-people.ts';
import { World } from '../support/world.ts';

suite('the recovery phrase', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('is shown again after a reload until it is confirmed, and never after that', async () => {
    await using world = await World.start();
    const alice = await WebClient.open(browser, 'alice');
    world.defer(() => alice.close());
    await fillJoin(alice, webInvite(world));
    await alice.button('Join').click();
    const phrase = await readPhrase(alice);
    assert.equal(phrase.split(' ').length, 24);

    await alice.page.reload();
    await unlockOnly(alice);
    assert.equal(await readPhrase(alice), phrase);
    await alice.button('I have written it down').click();
    await alice.field('Who').waitFor();
    await alice.page.reload();
    await alice.unlock();
    assert.equal(await alice.page.locator('.phrase').count(), 0);
    assert.doesNotMatch(
      await alice.page.evaluate<string>('JSON.stringify(localStorage)'),
      new RegExp(`\\b(${phrase.split(' ').join('|')})\\b`),
    );
    alice.isQuiet();
  });

  test('is shown to whoever reloads the page while the server is still to answer', async () => {
    await using world = await World.start();
    const alice = await WebClient.open(browser, 'alice');
    world.defer(() => alice.close());
    await fillJoin(alice, webInvite(world));
    process.kill(world.server.pid, 'SIGSTOP');
    await alice.button('Join').click();
    // The account is in the vault before the server hears of it.
    await until(() => alice.page.evaluate<boolean>(HAS_ROWS), 'the account to be stored');
    process.kill(world.server.pid, 'SIGCONT');
    await alice.page.reload();

    await alice.page.getByRole('heading', { name: 'Welcome back, alice' }).waitFor();
    await unlockOnly(alice);
    await readPhrase(alice);
    await alice.button('I have written it down').click();
    await alice.page.getByRole('status').getByText('on line', { exact: true }).waitFor();
    const bob = await world.enter('bob');
    await alice.request('bob');
    await bob.next('request', { from: 'alice' });
    alice.isQuiet();
  });
});

async function fillJoin(client: WebClient, invite: string): Promise<void> {
  await client.page.goto(invite);
  await client.field('Username').fill(client.user);
  await client.field('Passphrase').fill(PASSPHRASE);
  await client.field('Repeat passphrase').fill(PASSPHRASE);
}

async function readPhrase({ page }: WebClient): Promise<string> {
  const words = page.locator('.phrase li');
  await words.first().waitFor();
  return (await words.allTextContents()).join(' ');
}

async function unlockOnly(client: WebClient): Promise<void> {
  await client.field('Passphrase').fill(PASSPHRASE);
  await client.button('Unlock').click();
}

/** Runs in the page. It opens no database that is not there, or not complete: that would make it. */
const HAS_ROWS = `(async () => {
  const found = (await indexedDB.databases()).find(({ name }) => name === 'parley');
  if (!found?.version) return false;
  const result = (request) => new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
  const database = await result(indexedDB.open('parley'));
  const count = await result(database.transaction('row').objectStore('row').count());
  database.close();
  return count > 0;
})()`;
