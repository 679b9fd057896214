import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import { befriend, World } from '../support/world.ts';

const skip = unlessInstalled('tmux');
const COUNT = 1_000;
const KEYS = ['M-1', 'PageUp', 'M-2', 'M-a', 'Tab', 'PageUp', 'PageDown', 'S-Tab'];

test('a thousand messages at once disturb neither who types nor who goes to and fro', { skip }, async () => {
  await using world = await World.start();
  const [aliceOfBefore, bob, carol] = await world.enterAll('alice', 'bob', 'carol');
  await befriend(['bob', bob], ['alice', aliceOfBefore]);
  await befriend(['carol', carol], ['alice', aliceOfBefore]);
  await aliceOfBefore.quit();
  const alice = await world.enterTerminal('alice');
  await alice.shows(/You are alice/);
  await alice.type('/msg bob');
  await alice.key('Enter');
  await alice.shows(/^── bob ──$/m);

  const texts = Array.from({ length: COUNT }, (_, index) => `number ${index} ${'and so on '.repeat(index % 12)}`);
  bob.send(...texts.map((text) => ({ do: 'send', to: 'alice', text, id: text })));
  let typed = '';
  for (let index = 0; index < 20; index += 1) {
    typed += `${index}.`;
    await alice.type(`${index}.`);
    await alice.shows(new RegExp(`^bob> ${typed}$`, 'm'));
  }
  await alice.shows(new RegExp(`bob: number ${COUNT - 1}`));
  const shown = await alice.scrollback();
  assert.deepEqual(
    [...shown.matchAll(/bob: number (\d+)/g)].map(([, number]) => Number(number)),
    texts.map((_, index) => index),
  );
  assert.equal(shown.split('bob> ').length, 2);

  for (const [from, user] of [[bob, 'bob'] as const, [carol, 'carol'] as const]) {
    from.send(...texts.map((text) => ({ do: 'send', to: 'alice', text: `again ${text}`, id: user })));
  }
  for (let turn = 0; turn < 5; turn += 1) await alice.key(...KEYS);
  // Wherever that has led to: both are there to the end, with what is being typed.
  for (const [user, draft] of Object.entries({ bob: ` ${typed}`, carol: '' })) {
    await alice.until(`the end of what ${user} has said`, async () => {
      await alice.key(user === 'bob' ? 'M-1' : 'M-2');
      const screen = await alice.screen();
      return new RegExp(`${user}: again number ${COUNT - 1} .*(\\n +.*)*\\n${user}>${draft}\\n.*$`).test(screen);
    });
  }
});
