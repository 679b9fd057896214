import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, enterOnLine, meet, write } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

/** SGR 30–38, 40–48, 90–97, 100–107, alone or among others; 39 and 49 are no colour. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
const COLOUR = /\u001b\[(?:\d+[;:])*(?:[34][0-8]|9[0-7]|10[0-7])(?:[;:]\d+)*m/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const BOLD = /\u001b\[(?:\d+;)*1(?:;\d+)*m/;

test('NO_COLOR takes the colours away and nothing else: words and weight tell everything', { skip }, async () => {
  const coloured = await screenOf({}, (styled) => assert.match(styled, COLOUR));
  const plain = await screenOf({ NO_COLOR: '1' }, (styled) => {
    assert.doesNotMatch(styled, COLOUR);
    assert.match(styled, BOLD);
  });
  const empty = await screenOf({ NO_COLOR: '' }, (styled) => assert.match(styled, COLOUR));
  for (const screen of [coloured, plain, empty]) await matchesScreen(import.meta, 'colours-160', screen);
});

/** A screen that has all there is to be told apart: one's own and others, what is new, who asks, what waits, what went wrong. */
async function screenOf(env: Record<string, string>, check: (styled: string) => void): Promise<string> {
  await using world = await World.start();
  const [bob, carol, dave] = await world.enterAll('bob', 'carol', 'dave');
  const alice = await enterOnLine(world, 'alice', { columns: 160, env });
  await meet(['alice', alice], ['bob', bob]);
  await meet(['alice', alice], ['carol', carol]);
  await write(bob, 'alice', 'new to you');
  await alice.shows(/ bob \(1\)/);
  await alice.key('M-1');
  await alice.shows(/new to you$/m);
  await enterLine(alice, 'mine');
  await bob.next('message', { text: 'mine' });
  await write(carol, 'alice', 'unread');
  await alice.shows(/ carol \(1\)/);
  dave.send({ do: 'request', user: 'alice' });
  await alice.shows(/dave asks to talk/);
  await enterLine(alice, '/accept erin');
  await alice.shows(/^Error: /m);
  await world.server.stop();
  await alice.shows(/OFF LINE/);
  await enterLine(alice, 'later');
  const screen = await alice.shows(/\(waits\) later/);
  check(await alice.styled());
  return screen;
}
