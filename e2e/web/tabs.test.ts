import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import { WebClient } from '../support/web-client.ts';
import { befriendTerminal, enterWeb } from '../support/web-people.ts';
import { World } from '../support/world.ts';

const OPEN_ELSEWHERE = 'Parley is open in another tab';
const GOES_ON_ELSEWHERE = 'Parley goes on in another tab';

suite('two tabs of one browser', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('the second says that the first has it open, can go on instead, and back again, and nothing is lost', async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const [first] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(first, ['bob', bob]);
    await first.write('from the first tab');
    await first.field('Message').fill('not sent yet');

    const second = await openTab(world, first);
    await says(second, OPEN_ELSEWHERE);
    await second.button('Use it here').click();
    await says(first, GOES_ON_ELSEWHERE);
    bob.send({ do: 'send', to: 'alice', text: 'while neither has it open', id: '1' });
    await bob.next('sent', { id: '1' });
    await second.unlock();
    await second.reads('while neither has it open');
    await second.page.getByRole('textbox', { name: 'Message' }).and(second.page.getByText('not sent yet')).waitFor();
    await second.write('from the second tab');
    await bob.next('message', { from: 'alice', text: 'from the second tab' });

    await first.button('Use it here').click();
    await says(second, GOES_ON_ELSEWHERE);
    await first.unlock();
    await first.reads('from the second tab');
    const said = ['You: from the first tab', 'bob: while neither has it open', 'You: from the second tab'];
    assert.deepEqual(await first.lines(), said);
    for (const tab of [first, second]) tab.isQuiet();
  });

  test('a tab that waits can be unlocked as soon as the other is closed, whichever had it first', async () => {
    await using world = await World.start();
    const [first] = await enterWeb(world, browser, 'alice');
    const second = await openTab(world, first);
    await says(second, OPEN_ELSEWHERE);
    await second.button('Use it here').click();
    await says(first, GOES_ON_ELSEWHERE);
    await second.unlock();
    await says(first, GOES_ON_ELSEWHERE);
    const third = await openTab(world, first);
    await says(third, OPEN_ELSEWHERE);

    await second.page.close();
    await first.button('Unlock').waitFor();
    await third.button('Unlock').waitFor();
    await third.unlock();
    await says(first, OPEN_ELSEWHERE);
    await third.page.close();
    await first.unlock();
    for (const tab of [first, second, third]) tab.isQuiet();
  });
});

/** Another tab of the same browser, on the same address. */
async function openTab(world: World, client: WebClient): Promise<WebClient> {
  const tab = await WebClient.open(client.context, client.user);
  await tab.page.goto(`http://localhost:${world.server.port}/`);
  return tab;
}

async function says(client: WebClient, title: string): Promise<void> {
  await client.page.getByRole('heading', { name: title }).waitFor();
}
