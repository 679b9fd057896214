import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterOnLine, WIDTHS, write } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { befriend, World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

const COUNT = 300;
/** Rows by which a terminal of 24 rows looks back further. */
const PAGE = 19;

test('looking back reaches the first of 300 messages, and comes back to what has arrived meanwhile', { skip }, async () => {
  await using world = await World.start();
  const [script, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', script], ['bob', bob]);
  bob.send(...Array.from({ length: COUNT }, (_, i) => ({ do: 'send', to: 'alice', text: `number ${i + 1}.`, id: String(i) })));
  await script.collect('message', COUNT);
  await script.quit();
  for (const columns of WIDTHS) {
    const alice = await enterOnLine(world, 'alice', { columns });
    await alice.shows(/number 300\./);
    await alice.key('PageUp');
    await alice.shows(/rows back/);
    await matchesScreen(import.meta, `looking-back-${columns}`, () => alice.screen());
    const seen = new Set<string>();
    for (let back = PAGE; ; back += PAGE) {
      const screen = await alice.shows(new RegExp(`^── ${back} rows back|^.* number 1\\.$`, 'm'));
      for (const [number] of screen.matchAll(/number \d+\./g)) seen.add(number);
      if (seen.has('number 1.')) break;
      await alice.key('PageUp');
    }
    for (let i = 1; i <= COUNT - PAGE; i += 1) assert.ok(seen.has(`number ${i}.`), `number ${i} was passed over`);
    await matchesScreen(import.meta, `looking-back-start-${columns}`, () => alice.screen());

    await alice.type('typed while looking back');
    await write(bob, 'alice', `while you were reading at ${columns}`);
    await alice.key('PageDown', 'PageUp');
    await alice.showsNot(/while you were reading/);
    await alice.key('Escape');
    await alice.shows(new RegExp(`while you were reading at ${columns}$`, 'm'));
    await matchesScreen(import.meta, `looking-back-returned-${columns}`, () => alice.screen());
    await alice.key('C-u', 'C-d');
    assert.equal(await alice.ended(), 0);
  }
});
