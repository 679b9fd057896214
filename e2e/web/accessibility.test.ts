import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findings } from '../support/axe.ts';
import { PASSPHRASE } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { webGround } from '../support/web-ground.ts';
import { WebClient } from '../support/web-client.ts';

const WIDTHS = [1280, 390] as const;
/** What is on the screen is the same in each; what differs is what its colours are. */
const OTHER_THEMES = ['dark', 'contrast'] as const;
const INSECURE_HOST = 'insecure.test';

/** Without motion: a colour that is on its way to another is neither. */
const OPTIONS = { reducedMotion: 'reduce', colorScheme: 'light' } as const;

suite('axe finds nothing', { skip: unlessInstalled('chromium') }, () => {
  const ground = webGround(`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`);

  test('before there is an account', async () => {
    const client = await WebClient.open(ground.browser, 'alice', OPTIONS);
    const { page } = client;
    await page.goto(`http://localhost:${ground.world.server.port}/`);
    await client.field('Invite link').waitFor();
    await check(client, 'join with an invite that is pasted');
    await client.button('Join').click();
    await page.getByText('A name is 2–32').waitFor();
    await check(client, 'join with a problem');
    await client.button('I have an account and its recovery phrase').click();
    await client.field('Recovery phrase').waitFor();
    await check(client, 'recover');
    await page.goto('about:blank');
    await page.goto(ground.invite);
    await page.getByRole('heading', { name: 'You are invited' }).waitFor();
    await check(client, 'join from a link');
    client.isQuiet();
    await client.close();
  });

  test('on the page that says why it needs TLS', async () => {
    const client = await WebClient.open(ground.browser, 'alice', OPTIONS);
    await client.page.goto(`http://${INSECURE_HOST}:${ground.world.server.port}/`);
    await client.page.getByRole('heading', { name: 'This address needs TLS' }).waitFor();
    await check(client, 'insecure');
    await client.close();
  });

  test('from the recovery phrase to an empty chat, and in its dialogs', async () => {
    const client = await WebClient.open(ground.browser, 'alice', OPTIONS);
    const { page } = client;
    await page.goto(ground.invite);
    await client.field('Username').fill('alice');
    await client.field('Passphrase').fill(PASSPHRASE);
    await client.field('Repeat passphrase').fill(PASSPHRASE);
    await client.button('Join').click();
    await client.button('I have written it down').waitFor();
    await check(client, 'phrase');
    await client.button('I have written it down').click();
    await client.field('Who').waitFor();
    await page.getByText('on line', { exact: true }).waitFor();
    await check(client, 'empty chat');
    await client.button('Settings').click();
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await check(client, 'settings');
    await client.button('Close').click();

    const other = await WebClient.open(client.context, 'alice');
    await other.page.goto(`http://localhost:${ground.world.server.port}/`);
    await other.button('Use it here').waitFor();
    await check(other, 'elsewhere');
    await other.button('Use it here').click();
    await other.button('Unlock').waitFor();
    await client.button('Use it here').waitFor();
    await check(client, 'taken');
    await check(other, 'unlock');
    await other.button('I cannot open it').click();
    await other.page.getByRole('dialog').waitFor();
    await check(other, 'forget');
    client.isQuiet();
    other.isQuiet();
    await client.close();
  });

  test('while people ask, answer and talk', async () => {
    const [bob, dora] = await ground.world.enterAll('bob', 'dora', 'erin');
    const client = await WebClient.open(ground.browser, 'carol', OPTIONS);
    const { page } = client;
    await client.join(ground.invite);
    bob.send({ do: 'request', user: 'carol' });
    dora.send({ do: 'request', user: 'carol' });
    await page.getByText('dora asks to talk').waitFor();
    await page.getByText('bob asks to talk').waitFor();
    await page.getByText('Safety number').first().click();
    await check(client, 'tray');

    await page.getByRole('group', { name: 'Request of bob' }).getByRole('button', { name: 'Accept' }).click();
    await client.field('Message').waitFor();
    await check(client, 'a conversation in which nothing was said');
    bob.send({ do: 'send', to: 'carol', text: 'hello https://example.org/ there', id: '1' });
    await page.getByText('hello').waitFor();
    await client.write('hello bob');
    await page.getByTitle('sent').waitFor();
    await check(client, 'conversation');

    await client.button('About bob').click();
    await page.getByText('Devices').waitFor();
    await check(client, 'about');
    await client.button('Close').click();
    await client.button('Search here').click();
    await client.field('Words').fill('hello');
    await client.field('Words').press('Enter');
    await page.getByText('2 found').waitFor();
    await check(client, 'search');
    await client.button('Close').click();
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: 'bob' }).waitFor();
    await check(client, 'palette');
    await page.keyboard.press('Escape');

    await page.setViewportSize({ width: 1280, height: 800 });
    await client.request('erin');
    await page.getByText('You asked erin to talk').waitFor();
    await check(client, 'asked and waiting');
    await page.setViewportSize({ width: 1280, height: 800 });
    await client.request('nobody');
    await page.getByText('There is nobody called nobody here').waitFor();
    await check(client, 'notices');
    client.isQuiet();
    await client.close();
  });
});

/** What is found in each width, and in each theme. */
async function check({ page }: WebClient, screen: string): Promise<void> {
  const found: string[] = [];
  const look = async (how: string, rules?: readonly string[]): Promise<void> => {
    for (const finding of await findings(page, rules)) found.push(`${how}: ${finding}`);
  };
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    await look(`${width} px`);
  }
  for (const theme of OTHER_THEMES) {
    await page.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme);
    await look(theme, ['color-contrast']);
  }
  await page.evaluate(() => document.documentElement.removeAttribute('data-theme'));
  assert.deepEqual(found, [], screen);
}
