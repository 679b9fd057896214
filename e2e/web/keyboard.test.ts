import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { suite, test } from 'node:test';
import { Keyboard } from './keyboard.ts';
import { PASSPHRASE } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { webGround } from '../support/web-ground.ts';
import { WebClient } from '../support/web-client.ts';

suite('with the keyboard alone', { skip: unlessInstalled('chromium') }, () => {
  const ground = webGround();

  test('one joins, asks, writes, locks and unlocks', async () => {
    const peer = await ground.world.enter('bob1');
    const client = await WebClient.open(ground.browser, 'alice1');
    const { page } = client;
    const keys = new Keyboard(page);
    await page.goto(ground.invite);
    await keys.isAt(client.field('Username'));
    await keys.type('alice1');
    await keys.press('Tab');
    await keys.type(PASSPHRASE);
    await keys.press('Tab');
    await keys.type(PASSPHRASE);
    await keys.press('Enter');

    await keys.isAt(page.getByRole('heading', { name: 'Your recovery phrase' }));
    await keys.goTo(client.button('I have written it down'));
    await keys.press('Enter');
    await keys.isAt(client.field('Who'));
    await keys.type('bob1');
    await keys.press('Enter');
    await peer.next('request', { from: 'alice1' });
    await page.getByText('You asked bob1 to talk').waitFor();
    await keys.isAt(client.field('Who'));
    peer.send({ do: 'accept', user: 'alice1' });

    await keys.isAt(client.field('Message'));
    await keys.type('one');
    await keys.press('Shift+Enter');
    await keys.type('two');
    await keys.press('Enter');
    await peer.next('message', { text: 'one\ntwo' });
    await keys.type('three');
    await keys.press('Tab');
    await keys.isAt(client.button('Send'));
    await keys.press('Space');
    await peer.next('message', { text: 'three' });
    await keys.isAt(client.field('Message'));

    await keys.press('Control+k');
    await keys.isAt(client.field('Name or command'));
    await keys.type('lock');
    await keys.press('Enter');
    await keys.isAt(client.field('Passphrase'));
    await keys.type(PASSPHRASE);
    await keys.press('Enter');
    await keys.isAt(client.field('Message'));
    client.isQuiet();
    await client.close();
  });

  test('one goes between joining and recovering, and to where an ground.invite is pasted', async () => {
    const client = await WebClient.open(ground.browser, 'alice2');
    const keys = new Keyboard(client.page);
    await client.page.goto(`http://localhost:${ground.world.server.port}/`);
    await keys.isAt(client.field('Invite link'));
    await keys.goTo(client.button('I have an account and its recovery phrase'));
    await keys.press('Enter');
    await keys.isAt(client.page.getByRole('heading', { name: 'Get your account back' }));
    await keys.goTo(client.button('I have no account yet'));
    await keys.press('Space');
    await keys.isAt(client.field('Invite link'));
    client.isQuiet();
    await client.close();
  });

  test('one refuses, blocks and accepts, and is never left nowhere', async () => {
    const users = ['bob3', 'carol3', 'dora3', 'erin3'] as const;
    const peers = await ground.world.enterAll(...users);
    const client = await WebClient.open(ground.browser, 'alice3');
    const { page } = client;
    const keys = new Keyboard(page);
    await client.join(ground.invite);
    await client.field('Who').focus();
    await keys.type('some');
    for (const peer of peers) peer.send({ do: 'request', user: 'alice3' });
    const of = (user: string) => page.getByRole('group', { name: `Request of ${user}` });
    for (const user of users) await of(user).waitFor();
    await keys.type('one');
    assert.equal(await client.field('Who').inputValue(), 'someone', 'nothing that comes takes the focus');

    const tray = page.getByRole('heading', { name: 'Asking to talk' });
    await keys.goTo(of('bob3').getByRole('button', { name: 'Refuse' }), 'Shift+Tab');
    await keys.press('Enter');
    await of('bob3').waitFor({ state: 'detached' });
    await keys.isAt(tray);
    await keys.goTo(of('carol3').getByRole('button', { name: 'Block' }));
    await keys.press('Space');
    await of('carol3').waitFor({ state: 'detached' });
    await keys.isAt(tray);
    await keys.goTo(of('dora3').getByRole('button', { name: 'Accept' }));
    await keys.press('Enter');
    await peers[2].next('accepted', { by: 'alice3' });
    await keys.isAt(client.field('Message'));
    await keys.goTo(of('erin3').getByRole('button', { name: 'Refuse' }), 'Shift+Tab');
    await keys.press('Enter');
    await peers[3].next('refused', { by: 'alice3' });
    await keys.isAt(client.field('Message'));
    client.isQuiet();
    await client.close();
  });

  test('one goes from conversation to conversation, searches, compares, sets and blocks', async () => {
    const [bob, carol] = await ground.world.enterAll('bob4', 'carol4');
    const client = await WebClient.open(ground.browser, 'alice4');
    const { page } = client;
    const keys = new Keyboard(page);
    const isOpen = (user: string) => page.getByRole('main', { name: user, exact: true }).waitFor();
    await client.join(ground.invite);
    for (const [user, peer] of [
      ['bob4', bob],
      ['carol4', carol],
    ] as const) {
      await client.request(user);
      await peer.next('request');
      peer.send({ do: 'accept', user: 'alice4' });
      await client.field('Message').waitFor();
    }
    await isOpen('carol4');
    await keys.press('Alt+ArrowDown');
    await isOpen('bob4');
    await keys.isAt(client.field('Message'));
    await keys.press('Alt+ArrowUp');
    await isOpen('carol4');
    await keys.isAt(client.field('Message'));
    bob.send({ do: 'send', to: 'alice4', text: 'needle in hay', id: '1' });
    await page.getByRole('button', { name: 'bob4' }).getByText('1 unread').waitFor();
    await keys.press('Alt+a');
    await isOpen('bob4');
    await client.reads('needle in hay');
    await keys.isAt(client.field('Message'));

    await keys.press('Control+Shift+F');
    await keys.isAt(client.field('Words'));
    await keys.type('needle');
    await keys.press('Enter');
    await page.getByText('1 found').waitFor();
    await keys.press('Escape');
    await keys.isAt(client.field('Message'));

    await keys.press('Control+k');
    await keys.isAt(client.field('Name or command'));
    await keys.press('ArrowDown', 'Enter');
    await isOpen('carol4');
    await keys.isAt(client.field('Message'));
    await keys.press('Control+k');
    await keys.type('safety');
    await keys.press('Enter');
    await page.getByRole('dialog', { name: 'About carol4' }).waitFor();
    await keys.press('Escape');
    await keys.isAt(client.field('Message'));

    await keys.press('Control+,');
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await keys.goTo(page.getByRole('radio', { name: 'As the system' }));
    await keys.press('ArrowDown', 'ArrowDown');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    await keys.goTo(client.field('Current passphrase'));
    await keys.type(PASSPHRASE);
    await keys.press('Tab');
    await keys.type('another passphrase');
    await keys.press('Tab');
    await keys.type('another passphrase');
    await keys.press('Enter');
    await page.getByText('From now on the new one').waitFor();
    await keys.press('Escape');
    await keys.isAt(client.field('Message'));

    await keys.goTo(client.button('About carol4'), 'Shift+Tab');
    await keys.press('Enter');
    await keys.goTo(client.button('Close'));
    await keys.press('Enter');
    await keys.isAt(client.button('About carol4'));
    await keys.press('Enter');
    await keys.goTo(client.button('Block'));
    await keys.press('Enter');
    await client.button('About carol4').waitFor({ state: 'detached' });
    await keys.isAt(client.field('Who'));
    client.isQuiet();
    await client.close();
  });

  test('one looks back in what was said', async () => {
    const bob = await ground.world.enter('bob5');
    const client = await WebClient.open(ground.browser, 'alice5');
    const { page } = client;
    const keys = new Keyboard(page);
    await client.join(ground.invite);
    bob.send({ do: 'request', user: 'alice5' });
    await client.accept();
    await bob.next('accepted');
    for (let line = 1; line <= 60; line += 1) bob.send({ do: 'send', to: 'alice5', text: `line ${line}`, id: String(line) });
    await client.reads('line 60');
    const log = page.getByRole('log');
    await keys.goTo(log, 'Shift+Tab');
    await keys.press('PageUp', 'PageUp', 'ArrowUp');
    await client.button('To the newest').waitFor();
    // Rows that are measured on the way may end a scroll: whoever is not there yet presses again.
    const first = log.getByText('line 1', { exact: true });
    for (let presses = 0; presses < 10 && !(await first.isVisible()); presses += 1) {
      await keys.press('Home');
      await delay(300);
    }
    await client.reads('line 1');
    await keys.goTo(client.button('To the newest'));
    await keys.press('Enter');
    await client.reads('line 60');
    await client.button('To the newest').waitFor({ state: 'detached' });
    await keys.isAt(log);
    client.isQuiet();
    await client.close();
  });

  test('one is not interrupted: not while writing, not while typing a name, not in a dialog', async () => {
    const [bob, carol, dora, erin] = await ground.world.enterAll('bob6', 'carol6', 'dora6', 'erin6');
    const client = await WebClient.open(ground.browser, 'alice6');
    const { page } = client;
    const keys = new Keyboard(page);
    await client.join(ground.invite);
    for (const [user, peer] of [
      ['carol6', carol],
      ['dora6', dora],
      ['erin6', erin],
      ['bob6', bob],
    ] as const) {
      await client.request(user);
      await peer.next('request');
    }
    bob.send({ do: 'accept', user: 'alice6' });
    await keys.isAt(client.field('Message'));

    await keys.type('to bob ');
    carol.send({ do: 'accept', user: 'alice6' });
    await page.getByText('carol6 accepted.').waitFor();
    bob.send({ do: 'send', to: 'alice6', text: 'a message', id: '1' });
    await client.reads('a message');
    await keys.type('alone');
    assert.equal(await client.field('Message').inputValue(), 'to bob alone');
    await keys.press('Enter');
    await bob.next('message', { text: 'to bob alone' });

    await keys.goTo(client.field('Who'), 'Shift+Tab');
    await keys.type('some');
    dora.send({ do: 'accept', user: 'alice6' });
    await page.getByText('dora6 accepted.').waitFor();
    await delay(200); // so long it has not to open
    await keys.type('body');
    assert.equal(await client.field('Who').inputValue(), 'somebody');
    await client.field('Who').fill('');

    await page.getByRole('main', { name: 'bob6', exact: true }).waitFor();
    await keys.goTo(client.button('About bob6'));
    await keys.press('Enter');
    await page.getByText('Devices').waitFor();
    erin.send({ do: 'accept', user: 'alice6' });
    await page.getByText('erin6 accepted.').waitFor();
    await delay(200);
    await keys.press('Alt+ArrowDown');
    await delay(200);
    assert.equal(await page.getByRole('dialog').getByRole('heading').first().textContent(), 'About bob6');
    await keys.press('Escape');
    await keys.isAt(client.button('About bob6'));
    client.isQuiet();
    await client.close();
  });

  test('one closes a notice, and goes back to the list on a phone', async () => {
    const bob = await ground.world.enter('bob7');
    await ground.world.join('carol7');
    const client = await WebClient.open(ground.browser, 'alice7', { viewport: { width: 390, height: 700 } });
    const { page } = client;
    const keys = new Keyboard(page);
    await client.join(ground.invite);
    await client.field('Who').fill('bob7');
    await keys.press('Enter');
    await page.getByText('You asked bob7 to talk').waitFor();
    await keys.isAt(page.getByRole('main', { name: 'bob7' }));
    await bob.next('request');
    bob.send({ do: 'accept', user: 'alice7' });
    await keys.isAt(client.field('Message'));
    await keys.goTo(client.button('Close notice'));
    await keys.press('Enter');
    await keys.isAt(client.field('Message'));
    await keys.goTo(client.button('Back to the list'));
    await keys.press('Enter');
    await keys.isAt(page.getByRole('button', { name: 'bob7' }));
    await client.field('Who').fill('carol7');
    await keys.press('Enter');
    await keys.goTo(client.button('Take it back'));
    await keys.press('Enter');
    await keys.isAt(client.field('Who'));
    await page.getByRole('button', { name: 'carol7' }).waitFor({ state: 'detached' });
    client.isQuiet();
    await client.close();
  });
});
