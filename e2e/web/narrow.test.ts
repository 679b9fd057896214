import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import { WebClient } from '../support/web-client.ts';
import { webGround } from '../support/web-ground.ts';
import { befriendTerminal } from '../support/web-people.ts';

const LONGEST_NAME = 'w'.repeat(32);

suite('on a narrow screen', { skip: unlessInstalled('chromium') }, () => {
  const ground = webGround();

  test('nothing of one word or name, however long, pushes anything out of sight', async () => {
    const peer = await ground.world.enter(LONGEST_NAME);
    const alice = await WebClient.open(ground.browser, 'alice', { viewport: { width: 320, height: 640 } });
    await alice.join(ground.invite);
    await befriendTerminal(alice, [LONGEST_NAME, peer]);
    assert.ok(await fits(alice), 'an empty field that names a long name');
    await alice.field('Message').fill('x'.repeat(300));
    assert.ok(await fits(alice), 'a long word');
    alice.isQuiet();
    await alice.close();
  });

  test('what was asked about one conversation does not come up in another', async () => {
    const [bob, carol] = await ground.world.enterAll('bob', 'carol');
    const dave = await WebClient.open(ground.browser, 'dave', { viewport: { width: 390, height: 800 } });
    await dave.join(ground.invite);
    await befriendTerminal(dave, ['bob', bob]);
    await dave.button('Back to the list').click();
    await befriendTerminal(dave, ['carol', carol]);
    await dave.button('About carol').click();
    await dave.page.getByRole('dialog').waitFor();
    await dave.page.goBack();
    await dave.openConversation('bob');
    await dave.field('Message').waitFor();
    assert.equal(await dave.page.getByRole('dialog').count(), 0);
    dave.isQuiet();
    await dave.close();
  });

  test('a second click on an answer is none', async () => {
    const erin = await ground.world.enter('erin');
    const frank = await WebClient.open(ground.browser, 'frank', { viewport: { width: 1280, height: 800 } });
    await frank.join(ground.invite);
    erin.send({ do: 'request', user: 'frank' });
    await frank.button('Accept').dblclick();
    await erin.next('accepted', { by: 'frank' });
    await frank.write('hello');
    await erin.next('message', { text: 'hello' });
    assert.equal(await frank.page.locator('.notice').count(), 0);
    frank.isQuiet();
    await frank.close();
  });
});

/** Nothing scrolls sideways, and what one writes can be sent. */
async function fits(client: WebClient): Promise<boolean> {
  const { width = 0 } = client.page.viewportSize() ?? {};
  const scrollWidth = await client.page.evaluate(() => document.documentElement.scrollWidth);
  const send = await client.button('Send').boundingBox();
  return scrollWidth <= width && send !== null && send.x + send.width <= width;
}
