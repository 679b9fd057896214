import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { parseJsonLine } from '../support/json-lines.ts';
import { PASSPHRASE, parley } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { WebClient } from '../support/web-client.ts';
import { befriendTerminal, enterWeb, webInvite } from '../support/web-people.ts';
import { World } from '../support/world.ts';

suite('mistakes before one is in', { skip: unlessInstalled('chromium') }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('each says what to do, and one can go on with all that was typed', async () => {
    await using world = await World.start();
    await world.join('bob');
    const alice = await WebClient.open(browser, 'alice');
    world.defer(() => alice.close());
    const { page } = alice;
    await page.goto(webInvite(world));
    await submit(alice, { name: 'Alice!' });
    await tells(alice, 'A name is 2–32 of a–z, 0–9, dot, dash and underscore');
    await submit(alice, { name: 'alice', first: '' });
    await tells(alice, 'Choose a passphrase');
    await submit(alice, { second: `${PASSPHRASE}?` });
    await tells(alice, 'The two passphrases differ: type them again.');
    await submit(alice, { name: 'bob' });
    await tells(alice, 'This name is taken: choose another one');
    assert.equal(await alice.field('Passphrase').inputValue(), PASSPHRASE, 'what was typed is still there');
    await page.reload();
    await submit(alice, { name: 'alice' });
    await alice.button('I have written it down').click();
    await alice.field('Who').waitFor();
    alice.isQuiet();
  });

  test('an invite that is used up, of another host, of another server here, or none is told from the others', async () => {
    await using world = await World.start();
    const once = await makeInvite(world);
    await world.join('bob', once);
    const alice = await WebClient.open(browser, 'alice');
    world.defer(() => alice.close());
    const { page } = alice;
    await page.goto(once);
    await submit(alice, { name: 'alice' });
    await tells(alice, 'This invite is not valid, has expired or is used up: ask for another one.');

    // Another link in the same tab changes only what is behind the `#`.
    await page.goto(webInvite(world).replace(/#.*/, '#'));
    await page.getByRole('heading', { name: 'Join with an invite' }).waitFor();
    const invite = webInvite(world);
    await alice.field('Invite link').fill(invite.replace('localhost', 'parley.example'));
    await submit(alice, { name: 'alice' });
    await tells(alice, 'This invite is for parley.example, and this page is of localhost: open the link of the invite itself.');
    await alice.field('Invite link').fill('let me in');
    await submit(alice);
    await tells(alice, 'This is not an invite: one starts with parley:// or is a web link.');
    await using other = await World.start();
    await alice.field('Invite link').fill(webInvite(other));
    await submit(alice);
    await tells(alice, "The server's CA is not the one that the invite pinned (check: ca_pin)");
    // As it comes for a terminal it is good here too.
    await alice.field('Invite link').fill(world.invite);
    await submit(alice);
    await alice.button('I have written it down').click();
    await alice.field('Who').waitFor();
    alice.isQuiet();
  });

  test('a wrong passphrase opens nothing and loses nothing', async () => {
    await using world = await World.start();
    const [alice] = await enterWeb(world, browser, 'alice');
    await alice.page.reload();
    await alice.field('Passphrase').fill('something else');
    await alice.field('Passphrase').press('Enter');
    await tells(alice, 'The passphrase is wrong: try again.');
    await alice.unlock();
    alice.isQuiet();
  });

  test('an account that is removed from the browser on purpose comes back by its phrase, and a wrong phrase does no harm', async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const alice = await WebClient.open(browser, 'alice');
    world.defer(() => alice.close());
    const phrase = await alice.join(webInvite(world));
    await befriendTerminal(alice, ['bob', bob]);
    await alice.page.reload();
    await alice.button('I cannot open it').click();
    await alice.page.getByRole('heading', { name: 'Remove alice from this browser?' }).waitFor();
    await alice.button('Remove from this browser').click();
    await alice.page.getByRole('heading', { name: 'Join with an invite' }).waitFor();

    await alice.button('I have an account and its recovery phrase').click();
    await alice.field('Invite link').fill(webInvite(world));
    const [first = '', second = '', ...rest] = phrase.split(' ');
    for (const [wrong, said] of [
      ['abandon abandon', /24 words/i],
      [`${[first, second, ...rest].slice(0, 23).join(' ')} parley`, /word 24/i],
      [[second, first, ...rest].join(' '), /phrase/i],
    ] as const) {
      await alice.field('Recovery phrase').fill(wrong);
      await submit(alice, { name: 'alice', button: 'Recover' });
      await tells(alice, said);
    }
    // As people type what they have on paper.
    await alice.field('Recovery phrase').fill(`  ${phrase.toUpperCase().replaceAll(' ', '  ')} `);
    await submit(alice, { name: 'carol', button: 'Recover' });
    await tells(alice, 'The server knows no account of this name with these words: check both.');
    await submit(alice, { name: 'alice', button: 'Recover' });
    await alice.field('Who').waitFor();
    alice.isQuiet();
  });
});

interface Filled {
  readonly name?: string;
  readonly first?: string;
  readonly second?: string;
  readonly button?: string;
}

async function submit(
  client: WebClient,
  { name, first = PASSPHRASE, second = first, button = 'Join' }: Filled = {},
): Promise<void> {
  if (name !== undefined) await client.field('Username').fill(name);
  await client.field('Passphrase').fill(first);
  await client.field('Repeat passphrase').fill(second);
  await client.button(button).click();
}

async function tells(client: WebClient, text: string | RegExp): Promise<void> {
  await client.page.getByRole('alert').getByText(text).waitFor();
}

/** An invite for one. */
async function makeInvite(world: World): Promise<string> {
  const { code, stdout, stderr } = await parley(['invite', '--data', world.serverFolder, '--json', '--uses', '1']);
  assert.equal(code, 0, stderr);
  return String(parseJsonLine(stdout.trim()).web);
}
