import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, enterOnLine, meet } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import type { ScriptClient } from '../support/script-client.ts';
import type { Terminal } from '../support/terminal.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

/** What is typed, keys in angle brackets; what is sent then. */
const EDITED: readonly (readonly [string, string])[] = [
  ['world<C-a>hello <C-e>!', 'hello world!'],
  ['world<Home>hello <End>!', 'hello world!'],
  ['one two three<C-w><C-w>four', 'one four'],
  ['one two<M-BSpace>three', 'one three'],
  ['gone<C-u>kept', 'kept'],
  ['kept gone<Left><Left><Left><Left><Left><C-k>', 'kept'],
  ['abd<Left>c<Right>e', 'abcde'],
  ['abxc<Left><BSpace>', 'abc'],
  ['axbc<Home><Right><DC>', 'abc'],
  ['axbc<C-a><C-f><C-d>', 'abc'],
  ['two four<M-b>three <M-b><M-b>one <M-f>,', 'one two, three four'],
  ['b d<C-Left>c <C-Left><C-Left>a <C-Right>,', 'a b, c d'],
  ['漢字<Left><BSpace>', '字'],
  ['a👨‍👩‍👧b<Left><BSpace>', 'ab'],
  ['👋🏽<Left>hi <C-e> é', 'hi 👋🏽 é'],
  ['one<M-Enter>two<S-Enter>three<C-j>four', 'one\ntwo\nthree\nfour'],
  ['one<M-Enter>three<Up>, two<Down>!', 'one, two\nthree!'],
  ['one<M-Enter><BSpace>two', 'onetwo'],
];

test('what is typed can be edited with the keys that people know', { skip }, async () => {
  await using world = await World.start();
  const { alice, bob } = await two(world);
  for (const [typed, sent] of EDITED) {
    await press(alice, `${typed}<Enter>`);
    assert.equal((await bob.next('message')).text, sent, typed);
  }
});

test('up and down bring back what was typed before, and what was being typed', { skip }, async () => {
  await using world = await World.start();
  const { alice } = await two(world);
  await press(alice, 'one<Enter>two<Enter>unfinished');
  for (const [key, shown] of [
    ['Up', 'two'],
    ['Up', 'one'],
    ['Up', '/request bob'],
    ['Up', '/request bob'],
    ['C-n', 'one'],
    ['C-p', '/request bob'],
    ['Down', 'one'],
    ['Down', 'two'],
    ['Down', 'unfinished'],
    ['Down', 'unfinished'],
  ] as const) {
    await alice.key(key);
    await alice.shows(new RegExp(`^bob> ${shown}$`, 'm'));
  }
});

test('a paste of several lines is one message, and shown as it was', { skip }, async () => {
  await using world = await World.start();
  const { alice, bob } = await two(world);
  await alice.type('see: ');
  await alice.paste('first\n\tsecond\n\n/quit\n');
  await alice.shows(/\/quit/);
  await matchesScreen(import.meta, 'input-paste-80', () => alice.screen());
  await alice.key('Enter');
  assert.equal((await bob.next('message')).text, 'see: first\n\tsecond\n\n/quit\n');
  await alice.shows(/^bob>$/m);
  await matchesScreen(import.meta, 'input-pasted-80', () => alice.screen());
});

test('what is too long is refused with a hint, and stays', { skip }, async () => {
  await using world = await World.start();
  const { alice, bob } = await two(world);
  await alice.paste(`${'0123456789'.repeat(6_600)}end`);
  await alice.shows(/end$/m);
  await alice.key('Enter');
  await alice.shows(/This is too long: 66003 bytes of at most 65536/);
  await matchesScreen(import.meta, 'input-too-long-80', () => alice.screen());
  await press(alice, '<C-u>short<Enter>');
  assert.equal((await bob.next('message')).text, 'short');
});

test('a long line is wrapped in the input, the cursor where the next character goes', { skip }, async () => {
  await using world = await World.start();
  const { alice, bob } = await two(world, 40);
  const text = 'Whatever one writes is wrapped at the edge, 漢字漢字漢字漢字漢字漢字漢字 too, and the cursor goes along';
  await alice.type(text);
  await alice.shows(/ g$/m);
  await matchesScreen(import.meta, 'input-wrapped-40', () => alice.screen());
  const rows = (await alice.screen()).split('\n');
  assert.deepEqual(await alice.cursor(), { row: rows.length - 2, column: 6, isVisible: true });
  await alice.key('Enter');
  assert.equal((await bob.next('message')).text, text);
});

test('each conversation has a draft of its own', { skip }, async () => {
  await using world = await World.start();
  const { alice } = await two(world);
  const carol = await world.enter('carol');
  await meet(['alice', alice], ['carol', carol]);
  await press(alice, 'for carol<M-1>');
  await alice.shows(/^bob>$/m);
  await press(alice, 'for bob<M-2>');
  await alice.shows(/^carol> for carol$/m);
  await alice.key('M-1');
  await alice.shows(/^bob> for bob$/m);
  await enterLine(alice, ' alone');
  await alice.shows(/alice: for bob alone$/m);
  await alice.key('M-2');
  await alice.shows(/^carol> for carol$/m);
});

/** Two who talk: one at a terminal. */
async function two(world: World, columns = 80): Promise<{ alice: Terminal; bob: ScriptClient }> {
  const bob = await world.enter('bob');
  const alice = await enterOnLine(world, 'alice', { columns });
  await meet(['alice', alice], ['bob', bob]);
  return { alice, bob };
}

/** Types this; what stands in angle brackets is a key. */
async function press(terminal: Terminal, typed: string): Promise<void> {
  for (const part of typed.split(/(?=<)|(?<=>)/)) {
    const [, key] = /^<(.+)>$/.exec(part) ?? [];
    if (key === undefined) await terminal.type(part);
    else await terminal.key(key);
  }
}
