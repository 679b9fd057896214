import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, enterOnLine, meet } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

const MISTAKES: readonly (readonly [string, RegExp])[] = [
  ['hello?', /^To whom\? /m],
  ['/nonsense', /^There is no such command: \/help lists/m],
  ['/request', /^Write \/request NAME$/m],
  ['/request bob now', /^Write \/request NAME$/m],
  ['/request Bob!', /^Bob! is no name of a user/m],
  ['/msg bob hi', /^You and bob cannot talk yet: \/request bob asks\.$/m],
  ['/verify', /^Whose\? Write the name behind it\.$/m],
  ['/devices nobody', /^This device knows nobody called nobody\.$/m],
  ['/verify nobody', /^This device knows nobody called nobody\.$/m],
];

test('a mistake is told, and what was typed stays to be corrected', { skip }, async () => {
  await using world = await World.start();
  await world.enter('bob');
  const alice = await enterOnLine(world, 'alice', { rows: 40 });
  for (const [typed, hint] of MISTAKES) {
    await alice.key('C-l');
    await alice.showsNot(hint);
    await enterLine(alice, typed);
    const screen = await alice.shows(hint);
    assert.ok(screen.includes(`\n> ${typed}\n`), screen);
    await alice.key('C-u');
    await alice.shows(/^>$/m);
  }
  await enterLine(alice, '/accept bob');
  await alice.shows(/^Error: bob does not ask to talk with you/m);
  await enterLine(alice, '/cancel bob');
  await alice.shows(/^Error: you have no open request to bob/m);
  await enterLine(alice, '/request nobody');
  await alice.shows(/nobody/);
  await matchesScreen(import.meta, 'mistakes-nobody-80', () => alice.screen());
});

test('two slashes begin a text with one; /msg and /close choose whom text goes to', { skip }, async () => {
  await using world = await World.start();
  const [bob, carol] = await world.enterAll('bob', 'carol');
  const alice = await enterOnLine(world, 'alice');
  await meet(['alice', alice], ['bob', bob]);
  await meet(['alice', alice], ['carol', carol]);
  await alice.shows(/^carol>/m);
  await enterLine(alice, '//help is no command');
  await carol.next('message', { text: '/help is no command' });
  await enterLine(alice, '!msg bob one line');
  await bob.next('message', { text: 'one line' });
  await alice.shows(/^carol>$/m);
  await enterLine(alice, '/msg bob');
  await alice.shows(/^bob>$/m);
  await enterLine(alice, '!!!');
  await bob.next('message', { text: '!!' });
  await enterLine(alice, '/close');
  await alice.shows(/^>$/m);
  await enterLine(alice, 'to nobody');
  await alice.shows(/^To whom\?/m);
});
