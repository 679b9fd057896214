import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { PASSPHRASE } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { webGround } from '../support/web-ground.ts';
import { WebClient } from '../support/web-client.ts';

/** Tests outside this repository find fields and buttons by these names, as Playwright does by default: by a part of the name. */
suite('the names of fields and buttons that are a contract', { skip: unlessInstalled('chromium') }, () => {
  const ground = webGround();

  for (const width of [390, 1280]) {
    test(`each is there once on the screen where it is meant, and Enter submits each field (${width} px)`, async () => {
      const [alice, bob] = [`alice${width}`, `bob${width}`];
      const client = await WebClient.open(ground.browser, alice, { viewport: { width, height: 800 } });
      const { page } = client;
      const field = (name: string): Locator => page.getByLabel(name);
      const button = (name: string): Locator => page.getByRole('button', { name });
      const areOnce = async (...locators: readonly Locator[]): Promise<void> => {
        for (const locator of locators) {
          await locator.first().waitFor();
          assert.equal(await locator.count(), 1, String(locator));
        }
      };

      await page.goto(ground.invite);
      await areOnce(field('Username'), field('Repeat passphrase'), button('Join'));
      assert.equal(await field('Passphrase').count(), 2, 'it, and that it is repeated');
      await field('Username').press('Enter');
      await page.getByText('A name is 2–32').waitFor();
      await field('Username').fill(alice);
      await field('Passphrase').first().fill(PASSPHRASE);
      await field('Passphrase').first().press('Enter');
      await page.getByText('The two passphrases differ').waitFor();
      await field('Repeat passphrase').fill(PASSPHRASE);
      await field('Repeat passphrase').press('Enter');

      await areOnce(button('I have written it down'));
      await button('I have written it down').click();
      await areOnce(field('Who'), button('Request to talk'));

      const peer = await ground.world.enter(bob);
      peer.send({ do: 'request', user: alice });
      await areOnce(button('Accept'), button('Refuse'), button('Block'), field('Who'), button('Request to talk'));
      await button('Accept').click();
      await areOnce(field('Message'));
      await field('Message').fill('by Enter');
      await field('Message').press('Enter');
      await peer.next('message', { text: 'by Enter' });
      await peer.quit();

      await page.reload();
      await areOnce(field('Passphrase'), button('Unlock'));
      await field('Passphrase').fill(PASSPHRASE);
      await field('Passphrase').press('Enter');
      await areOnce(field('Message'));
      client.isQuiet();
      await client.close();
    });
  }

  test('Enter in the field for a name asks', async () => {
    const peer = await ground.world.enter('carol');
    const client = await WebClient.open(ground.browser, 'dave');
    await client.join(ground.invite);
    await client.page.getByLabel('Who').fill('carol');
    await client.page.getByLabel('Who').press('Enter');
    await peer.next('request', { from: 'dave' });
    client.isQuiet();
    await client.close();
  });
});
