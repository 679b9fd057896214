import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import { WebClient } from '../support/web-client.ts';
import { webInvite } from '../support/web-people.ts';
import { World } from '../support/world.ts';

/** More than the timeline reads at first. */
const MESSAGES = 260;

suite('searching in a browser', { skip: unlessInstalled('chromium') }, () => {
  test('finds what was said long ago, and goes there', async () => {
    await using world = await World.start();
    const browser = await launchChromium();
    world.defer(() => browser.close());
    const bob = await world.enter('bob');
    const alice = await WebClient.open(browser, 'alice');
    await alice.join(webInvite(world));
    bob.send({ do: 'request', user: 'alice' });
    await alice.accept();
    await bob.next('accepted');
    for (let i = 0; i < MESSAGES; i += 1) {
      const text = i === 3 ? 'the key is under the green stone' : `this and that, number ${i}`;
      bob.send({ do: 'send', to: 'alice', text, id: String(i) });
    }
    await alice.reads(`this and that, number ${MESSAGES - 1}`);
    await alice.page.reload();
    await alice.unlock();
    // It shows where what is new begins; that the newest were read may not have been stored.
    const toEnd = alice.button('To the newest');
    const newest = alice.page.getByRole('log').getByText(`this and that, number ${MESSAGES - 1}`);
    await newest.or(toEnd).first().waitFor();
    if (await toEnd.isVisible()) await toEnd.click();
    await newest.waitFor();
    const old = alice.page.getByRole('log').getByText('the key is under the green stone');
    assert.equal(await old.count(), 0, 'what is far away is not in the page');

    await alice.page.keyboard.press('Control+Shift+f');
    await alice.field('Words').fill('GREEN stone');
    await alice.field('Words').press('Enter');
    await alice.page.getByText('1 found').waitFor();
    await alice.button('Go there').click();
    await old.waitFor();
    assert.ok(await old.isVisible());
    await alice.button('To the newest').click();
    await alice.reads(`this and that, number ${MESSAGES - 1}`);
    alice.isQuiet();
  });
});
