/**
 * Draws the screens of the web client into docs/screens/NAME-WIDTH-THEME.png, with a real server and Chromium: `node scripts/draw-screens.ts`
 * after `npm run prepare`. Times are written over, so that they stay the same; recovery phrases and safety numbers are others each time.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from '../e2e/support/chromium.ts';
import { PASSPHRASE } from '../e2e/support/process.ts';
import { SdkPeer } from '../e2e/support/sdk-peer.ts';
import { WebClient } from '../e2e/support/web-client.ts';
import { webInvite } from '../e2e/support/web-people.ts';
import { World } from '../e2e/support/world.ts';
import { smallPng } from './screens/small-png.ts';

const folder = resolve(import.meta.dirname, '../docs/screens');
const SIZES = [
  { width: 390, height: 780 },
  { width: 768, height: 800 },
  { width: 1280, height: 800 },
] as const;
const THEMES = ['light', 'dark'] as const;
/** Where list and conversation stand side by side with little room. */
const ALSO_AT_768: readonly string[] = ['empty', 'requests', 'conversation'];
const INSECURE_HOST = 'chat.example';

/** Who says what, in turn. */
const TALK = [
  ['bob', 'Good morning! Did the parcel arrive?'],
  ['alice', 'It did, an hour ago. Thank you!'],
  ['alice', 'The map is beautiful. I have put it up over the desk.'],
  ['bob', 'I hoped so.\nThe places of last summer are marked in red, the ones for this year in green.'],
  ['alice', 'There are many green ones …'],
  ['bob', 'We have time. The train over the pass runs from May on: https://example.org/timetable'],
  ['alice', 'Then let us take that one. I bring bread and cheese, you bring the stories.'],
  ['bob', 'Agreed!'],
] as const;

/** Runs in the page. A text, as this file is typed without the page's globals. */
const WRITE_OVER_TIMES = `
  // The debugger counts as somebody who has used the page: nobody else would see a ring around the heading of a new one.
  if (document.activeElement.localName === 'h1') document.activeElement.blur();
  for (const day of document.querySelectorAll('.day')) day.textContent = 'Friday 1 May 2026';
  for (const [index, time] of document.querySelectorAll('.entry time').entries()) time.textContent = '09:' + (41 + index);
  for (const time of document.querySelectorAll('.conversation-row time')) time.textContent = '09:48';
  for (const node of [...document.querySelectorAll('.found .meta, .settings p')].flatMap((one) => [...one.childNodes])) {
    if (/ \\d{4}$/.test(node.data ?? '')) node.data = 'Friday 1 May 2026';
    else if (/^\\d\\d:\\d\\d$/.test(node.data ?? '')) node.data = '09:41';
    else if (/^localhost:/.test(node.data ?? '')) node.data = 'localhost:10000';
  }
`;

mkdirSync(folder, { recursive: true });
await using world = await World.start();
const browser = await launchChromium(
  `--host-resolver-rules=MAP ${INSECURE_HOST}:80 127.0.0.1:${world.server.port}`,
  '--force-device-scale-factor=1',
);
world.defer(() => browser.close());
const invite = webInvite(world);
const origin = `http://localhost:${world.server.port}`;
const [bob, carol, dan, erin] = await Promise.all(
  ['bob', 'carol', 'dan', 'erin'].map((user) => SdkPeer.enter(world, user, { deviceName: 'laptop' })),
);
if (!bob || !carol || !dan || !erin) throw new Error('four have joined');

const alice = await WebClient.open(browser, 'alice', { reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC' });
const { page } = alice;
await page.goto(origin);
await alice.field('Invite link').waitFor();
await draw(page, 'join-pasted');
await alice.button('I have an account and its recovery phrase').click();
await alice.field('Recovery phrase').waitFor();
await draw(page, 'recover');
await page.goto(`http://${INSECURE_HOST}/`);
await page.getByRole('heading', { name: 'This address needs TLS' }).waitFor();
await draw(page, 'insecure');

await page.goto(invite);
await alice.field('Username').fill('alice');
await alice.field('Passphrase').fill(PASSPHRASE);
await draw(page, 'join');
await alice.field('Repeat passphrase').fill(PASSPHRASE);
await alice.button('Join').click();
await alice.button('I have written it down').waitFor();
await draw(page, 'phrase');
await alice.button('I have written it down').click();
await page.getByText('on line', { exact: true }).first().waitFor();
await draw(page, 'empty');

for (const peer of [dan, carol, bob]) {
  await page.setViewportSize(SIZES[2]);
  peer.client.request('alice');
  await alice.accept();
  await peer.sees('accepted');
}
await page.getByRole('main', { name: 'bob' }).waitFor();
for (const [from, text] of TALK) {
  if (from === 'bob') bob.client.send('alice', text, text);
  else await alice.write(text);
  await page
    .getByRole('log')
    .getByText(text.split('\n')[0] ?? '')
    .waitFor();
}
for (const text of ['Are you there?', 'It can wait until tonight.']) carol.client.send('alice', text, text);
dan.client.send('alice', 'See you on Monday', 'dan');
await page.getByRole('button', { name: 'carol' }).getByText('2 unread').waitFor();
await page.getByRole('button', { name: 'dan' }).getByText('1 unread').waitFor();
await page.mouse.move(0, 0);
await draw(page, 'conversation');

await alice.button('About bob').click();
await page.getByText('Devices').waitFor();
await draw(page, 'about');
await alice.button('Close').click();
await alice.button('Search here').click();
await alice.field('Words').fill('the');
await alice.field('Words').press('Enter');
await page.getByText('found, newest first').waitFor();
await draw(page, 'search');
await alice.button('Close').click();
await page.keyboard.press('Control+k');
await page.getByRole('option', { name: 'carol' }).waitFor();
await draw(page, 'palette');
await page.keyboard.press('Escape');
await page.keyboard.press('Control+,');
await page.getByRole('dialog', { name: 'Settings' }).waitFor();
await draw(page, 'settings');
await page.keyboard.press('Escape');

await page.setViewportSize(SIZES[2]);
await alice.request('erin');
await page.getByText('You asked erin to talk').waitFor();
await draw(page, 'asked');
await page.setViewportSize(SIZES[2]);
await alice.request('nobody');
await page.getByText('There is nobody called nobody here.').waitFor();
await draw(page, 'notice');
await alice.button('Close notice').click();

await page.setViewportSize(SIZES[0]);
await alice.button('Back to the list').click();
for (const user of ['frank', 'grace']) (await SdkPeer.enter(world, user)).client.request('alice');
await page.getByText('grace asks to talk').waitFor();
await page.getByText('frank asks to talk').waitFor();
await draw(page, 'requests');

const other = await WebClient.open(alice.context, 'alice');
await other.page.goto(origin);
await other.button('Use it here').waitFor();
await draw(other.page, 'elsewhere');
await other.button('Use it here').click();
await other.button('Unlock').waitFor();
await draw(other.page, 'unlock');
await other.button('I cannot open it').click();
await other.page.getByRole('dialog').waitFor();
await draw(other.page, 'forget');

async function draw(shown: Page, name: string): Promise<void> {
  for (const size of SIZES) {
    if (size.width === 768 && !ALSO_AT_768.includes(name)) continue;
    await shown.setViewportSize(size);
    for (const colorScheme of THEMES) {
      await shown.emulateMedia({ colorScheme });
      await shown.waitForTimeout(150); // what is measured anew moves once more
      await shown.evaluate(WRITE_OVER_TIMES);
      const picture = await shown.screenshot({ caret: 'hide' });
      writeFileSync(join(folder, `${name}-${size.width}-${colorScheme}.png`), smallPng(picture));
    }
  }
}
