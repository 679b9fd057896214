import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import { befriendTerminal, enterWeb } from '../support/web-people.ts';
import { World } from '../support/world.ts';

suite('somebody at a browser and somebody at a terminal', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('the browser asks a program, and they talk both ways, several lines and any letters too', async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    const [there, back] = ['first line\nsecond: <b>no markup</b> & 👋🏽 ‏שלום', 'ok\n\n  indented'];
    await alice.write(there);
    await bob.next('message', { from: 'alice', text: there });
    bob.send({ do: 'send', to: 'alice', text: back, id: '1' });
    await bob.next('sent', { id: '1' });
    await alice.page.getByRole('log').getByText('indented').waitFor();
    assert.deepEqual(await alice.lines(), [`You: ${there}`, `bob: ${back}`]);
    alice.isQuiet();
  });

  test('whoever talks in the line client asks, is accepted in the tray, and they talk both ways', async () => {
    await using world = await World.start();
    const [bob] = await world.enterLines('bob');
    const [alice] = await enterWeb(world, browser, 'alice');
    bob.type('/request alice');
    await alice.accept();
    await bob.shows(/alice accepted\./);
    bob.type('hello from a terminal');
    await alice.reads('hello from a terminal');
    await alice.write('hello from a browser');
    await bob.shows(/hello from a browser/);
    await alice.reads('hello from a browser');
    assert.deepEqual(await alice.lines(), ['bob: hello from a terminal', 'You: hello from a browser']);
    alice.isQuiet();
  });

  test('each refuses the other, and can be asked no more for a while', async () => {
    await using world = await World.start();
    const [bob, carol] = await world.enterAll('bob', 'carol');
    const [alice] = await enterWeb(world, browser, 'alice');
    bob.send({ do: 'request', user: 'alice' });
    await alice.button('Refuse').click();
    await bob.next('refused', { by: 'alice' });
    await alice.page.getByRole('region', { name: 'Requests' }).waitFor({ state: 'detached' });

    await alice.request('carol');
    await carol.next('request', { from: 'alice' });
    carol.send({ do: 'refuse', user: 'alice' });
    await alice.page.getByText('carol refused.').waitFor();
    await alice.page.getByText('You and carol cannot write to each other now.').waitFor();
    await alice.request('carol');
    await alice.page.getByText('carol has refused lately: you can ask again a week after that.').waitFor();
    alice.isQuiet();
  });
});
