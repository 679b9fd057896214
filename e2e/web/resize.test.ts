import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { within } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { webGround } from '../support/web-ground.ts';
import { befriendTerminal, enterWeb } from '../support/web-people.ts';

const SIZES = [
  { width: 1280, height: 400 },
  { width: 390, height: 780 },
  { width: 390, height: 380 },
  { width: 900, height: 700 },
] as const;

suite('a window of another size', { skip: unlessInstalled('chromium') }, () => {
  const ground = webGround();

  test('leaves the newest message in sight of who has read up to it, as when a keyboard comes up', async () => {
    const bob = await ground.world.enter('bob');
    const [alice] = await enterWeb(ground.world, ground.browser, 'alice');
    await befriendTerminal(alice, ['bob', bob]);
    for (let line = 1; line <= 40; line += 1) {
      bob.send({ do: 'send', to: 'alice', text: `${line}: ${'some words '.repeat(line)}`, id: String(line) });
    }
    await alice.page.getByRole('log').getByText('40: ').waitFor();
    await isAtEnd(alice.page);
    for (const size of SIZES) {
      await alice.page.setViewportSize(size);
      await isAtEnd(alice.page);
    }
    alice.isQuiet();
  });
});

/** Waits until it is, and stays so. */
async function isAtEnd(page: Page): Promise<void> {
  let times = 0;
  const look = async (): Promise<void> => {
    while (times < 3) {
      const isThere = await page.evaluate(() => {
        const log = document.querySelector('[role="log"]');
        return log !== null && log.scrollHeight - log.scrollTop - log.clientHeight <= 2;
      });
      times = isThere ? times + 1 : 0;
      await delay(50);
    }
  };
  await within(look(), `the end at ${JSON.stringify(page.viewportSize())}`, undefined, 5_000);
}
