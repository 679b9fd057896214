import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import { webGround } from '../support/web-ground.ts';
import { befriendTerminal, enterWeb } from '../support/web-people.ts';

/** More than the timeline reads at first. */
const MESSAGES = 260;

suite('searching in a browser', { skip: unlessInstalled('chromium') }, () => {
  const ground = webGround();

  test('finds what was said long ago, and goes there', async () => {
    const bob = await ground.world.enter('bob');
    const [alice] = await enterWeb(ground.world, ground.browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
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
