import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, enterOnLine, WIDTHS } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

test('help fits on one screen of 24 rows, at each width', { skip }, async () => {
  await using world = await World.start();
  for (const columns of WIDTHS) {
    const alice = await enterOnLine(world, 'alice', { columns, rows: 24 });
    await enterLine(alice, '/clear');
    await enterLine(alice, '/help');
    const screen = await alice.shows(/Ctrl\+L/);
    assert.match(screen, /^\/list/m);
    await matchesScreen(import.meta, `help-${columns}`, () => alice.screen());
    await enterLine(alice, '/quit');
    assert.equal(await alice.ended(), 0);
  }
});
