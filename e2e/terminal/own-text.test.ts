import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import { befriend, World } from '../support/world.ts';
import { assertClaimsNoRow, assertNothingUnseen } from './harmless.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';
import { stateBetweenFrames } from './state-between-frames.ts';

const skip = unlessInstalled('tmux');
const PASTE = ['\u001b[200~', '\u001b[201~'] as const;
/** So many are on the screen at once: three that wait, and one that is being typed. */
const AT_ONCE = 4;
const ENTER = '\r';
/** Ctrl+J. */
const NEW_LINE = '\n';

test('what is pasted from anywhere does nothing to a terminal, while it is typed and while it waits', { skip }, async () => {
  await using world = await World.start();
  const [aliceOfBefore, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', aliceOfBefore], ['bob', bob]);
  await aliceOfBefore.quit();
  const alice = await world.enterTerminal('alice', { columns: 40 });
  await alice.shows(/bob is on line/);
  // In what is typed first a line feed counts as Enter.
  await alice.type('x');
  await alice.shows(/^bob> x$/m);
  await alice.key('BSpace');
  const before = await stateBetweenFrames(alice);
  await world.server.stop();
  await alice.shows(/OFF LINE/);

  // A command is no text, and what is too long is not taken.
  const texts = HOSTILE_TEXTS.filter(({ text, must }) => !text.startsWith('/') && !must.includes('is refused'));
  for (let index = 0; index < texts.length; index += AT_ONCE) {
    const some = texts.slice(index, index + AT_ONCE);
    const mark = `<<${index}>>`;
    // All but the last one are sent, and wait; so is the one of before.
    const typed = some.map(({ text }) => PASTE.join(text)).join(ENTER);
    await alice.send(`${index === 0 ? '' : ENTER}${typed}${NEW_LINE}${mark}`);
    const screen = await alice.shows(new RegExp(`^ +${mark}\n.*$`, 'm'));
    const names = some.map(({ name }) => name).join(', ');
    const rows = screen.split('\n').slice(screen.split('\n').indexOf('── bob ──') + 1);
    assertNothingUnseen(screen);
    assertClaimsNoRow(screen);
    for (const [kind, pattern] of Object.entries({ input: /^bob>/, status: /^OFF LINE/ })) {
      assert.equal(rows.filter((row) => pattern.test(row)).length, 1, `${names}: ${kind} of\n${screen}`);
    }
  }
  assert.deepEqual(await stateBetweenFrames(alice), before);
});
