import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, enterOnLine, meet, write } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import type { Terminal } from '../support/terminal.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

const SIZES = [
  [40, 24],
  [80, 24],
  [160, 24],
  [80, 12],
  [60, 24],
] as const;

test('a change of size leaves the live area once, at the end, and no debris', { skip }, async () => {
  await using world = await World.start();
  const [bob, carol] = await world.enterAll('bob', 'carol');
  const alice = await enterOnLine(world, 'alice', { columns: 160 });
  await meet(['alice', alice], ['carol', carol]);
  await meet(['alice', alice], ['bob', bob]);
  for (let i = 0; i < 4; i += 1) {
    await write(
      bob,
      'alice',
      `${i}: a message that is long enough to be wrapped where the terminal is narrow, and is not where it is wide`,
    );
  }
  await alice.shows(/ 3: a message/);
  await alice.type('what is being typed is long, too, so that a narrow terminal wraps it in the input');
  await alice.shows(/in the input$/m);
  for (const [columns, rows] of SIZES) {
    await alice.resize(columns, rows);
    await alice.shows(columns > 100 ? /│ on line · / : /^on line · /m);
    await matchesScreen(import.meta, `resize-${columns}x${rows}`, () => alice.screen());
    await appearsOnce(alice);
  }
  await alice.type(' again');
  await alice.key('Enter');
  const { text } = await bob.next('message');
  assert.equal(text, 'what is being typed is long, too, so that a narrow terminal wraps it in the input again');
});

test('a tiny terminal does no harm', { skip }, async () => {
  await using world = await World.start();
  const bob = await world.enter('bob');
  const alice = await enterOnLine(world, 'alice', { columns: 80 });
  await meet(['alice', alice], ['bob', bob]);
  for (const [columns, rows, status] of [
    [5, 2, /^on …$/m],
    [1, 1, /^…$/],
    [20, 6, /^on line · \/help$/m],
  ] as const) {
    await alice.resize(columns, rows);
    await alice.shows(status);
    await write(bob, 'alice', `at ${columns} x ${rows}`);
    await enterLine(alice, 'still there');
    await bob.next('message', { text: 'still there' });
  }
  await alice.shows(/at 20 x 6\n.*alice:\n +still there\nbob>\non line · \/help$/);
  await alice.resize(80, 24);
  await alice.shows(/alice@localhost/);
  await write(bob, 'alice', 'large again');
  await alice.shows(/bob: large again\nbob>\non line · /);
});

/** The status line is the last row, and nothing that looks like one is above it. */
async function appearsOnce(terminal: Terminal): Promise<void> {
  const all = await terminal.scrollback();
  assert.equal(all.match(/on line · bob is on line/g)?.length, 1, all);
  assert.equal(all.match(/bob> what is/g)?.length, 1, all);
}
