import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import { befriendOnWeb, type WebClient } from '../support/web-client.ts';
import { befriendTerminal, enterWeb } from '../support/web-people.ts';
import { World } from '../support/world.ts';

suite('asking and being asked in a browser', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('a conversation opens when the other accepts, but not while one writes to somebody else', async () => {
    await using world = await World.start();
    const [bob, carol, dave] = await world.enterAll('bob', 'carol', 'dave');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    await alice.request('carol');
    await carol.next('request', { from: 'alice' });
    await alice.openConversation('bob');
    await alice.field('Message').fill('Bob, about');
    carol.send({ do: 'accept', user: 'alice' });
    await alice.page.getByText('carol accepted.').waitFor();
    await isOpen(alice, 'bob');
    assert.equal(await alice.field('Message').inputValue(), 'Bob, about');

    // Asking opens the conversation of who is asked: nobody is written to any more, whatever stands in the other field.
    await alice.request('dave');
    await dave.next('request', { from: 'alice' });
    await isOpen(alice, 'dave');
    await alice.page.getByText('You asked dave to talk.').waitFor();
    await alice.openConversation('carol');
    dave.send({ do: 'accept', user: 'alice' });
    await isOpen(alice, 'dave');
    await alice.write('hello dave');
    await dave.next('message', { from: 'alice', text: 'hello dave' });
    alice.isQuiet();
  });

  test('what was typed before to somebody else keeps no conversation from opening', async () => {
    await using world = await World.start();
    const [bob, carol, dave] = await world.enterAll('bob', 'carol', 'dave');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    await alice.request('carol');
    await carol.next('request', { from: 'alice' });
    await alice.openConversation('bob');
    await alice.field('Message').fill('later');
    await alice.request('dave');
    await dave.next('request', { from: 'alice' });
    await isOpen(alice, 'dave');
    carol.send({ do: 'accept', user: 'alice' });
    await isOpen(alice, 'carol');
    alice.isQuiet();
  });

  test('a request can be taken back', async () => {
    await using world = await World.start();
    const [alice, bob] = await enterWeb(world, browser, 'alice', 'bob');
    await alice.request('bob');
    await bob.button('Accept').waitFor();
    await alice.button('Take it back').click();
    await bob.button('Accept').waitFor({ state: 'detached' });
    await alice.button('Take it back').waitFor({ state: 'detached' });
    await alice.page.getByRole('navigation', { name: 'Conversations' }).getByText('bob').waitFor({ state: 'detached' });
    await befriendOnWeb(bob, alice);
    await isOpen(alice, 'bob');
    await isOpen(bob, 'alice');
    alice.isQuiet();
    bob.isQuiet();
  });

  test('nobody of a name, oneself, and no name at all are told apart, and the conversation that was open stays', async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const [alice] = await enterWeb(world, browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    await alice.request('nobody');
    await alice.page.getByText('There is nobody called nobody here.').waitFor();
    await isOpen(alice, 'bob');
    await alice.page.getByRole('navigation', { name: 'Conversations' }).getByText('nobody').waitFor({ state: 'detached' });
    await alice.request('alice');
    await alice.page.getByText('This is your own name.').waitFor();
    await alice.request('a b');
    await alice.page.getByText('Names are 2–32 of a–z, 0–9, dot, dash and underscore.').waitFor();
    await alice.request('Bob ');
    await isOpen(alice, 'bob');
    await alice.field('Message').waitFor();
    alice.isQuiet();
  });

  test('who is blocked, in the tray or while one talks, is heard no more, also after a reload', async () => {
    await using world = await World.start();
    const [bob, carol] = await world.enterAll('bob', 'carol');
    const [alice] = await enterWeb(world, browser, 'alice');
    carol.send({ do: 'request', user: 'alice' });
    await alice.button('Block').click();
    await alice.page.getByRole('region', { name: 'Requests' }).waitFor({ state: 'detached' });

    await befriendTerminal(alice, ['bob', bob]);
    bob.send({ do: 'send', to: 'alice', text: 'something rude', id: '1' });
    await alice.reads('something rude');
    await alice.button('About bob').click();
    await alice.page.getByRole('dialog').getByRole('button', { name: 'Block', exact: true }).click();
    await alice.page.getByRole('main', { name: 'No conversation' }).waitFor();
    await alice.page.getByText('bob', { exact: true }).first().waitFor({ state: 'detached' });

    await alice.page.reload();
    await alice.unlock();
    await alice.page.getByRole('status').getByText('on line').waitFor();
    assert.equal(await alice.page.getByRole('main', { name: 'No conversation' }).count(), 1);
    await alice.request('bob');
    await alice.page.getByText('You have blocked bob, which cannot be undone yet.').waitFor();
    await alice.request('carol');
    await alice.page.getByText('You have blocked carol, which cannot be undone yet.').waitFor();
    alice.isQuiet();
  });
});

async function isOpen(client: WebClient, peer: string): Promise<void> {
  await client.page.getByRole('main', { name: peer, exact: true }).waitFor();
}
