import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import type { Terminal } from '../support/terminal.ts';
import { World } from '../support/world.ts';
import { assertKeepsBehindName } from './behind-name.ts';
import { assertClaimsNoRow, assertNothingUnseen, type Shown } from './harmless.ts';
import { CONTROL_TEXTS } from './hostile-controls.ts';
import { HostileSender } from './hostile-sender.ts';
import { SIZE_TEXTS, WRAPPED_TEXT } from './hostile-sizes.ts';
import type { HostileText } from './hostile-texts.ts';
import { UNICODE_TEXTS } from './hostile-unicode.ts';

const skip = unlessInstalled('tmux');
/** A terminal that shows at once what looking back is held to, and all that is found of a word. */
const HIGH = 1_000;
const LOOKED_BACK_AT = [...CONTROL_TEXTS, ...UNICODE_TEXTS, WRAPPED_TEXT];
/** Words of the texts. Of each the newest twenty are found. */
const SEARCHED = ['before', 'after', 'carol', 'pay', 'agree', 'x'];

for (const columns of [40, 80, 160]) {
  test(`no text does anything to a terminal of ${columns} columns`, { skip }, async () => {
    await using world = await World.start();
    const alice = await world.enterTerminal('alice', { columns, rows: HIGH });
    const bob = await world.enter('bob');
    await alice.shows(/You are alice/);
    bob.send({ do: 'request', user: 'alice' });
    await alice.shows(/bob asks to talk/);
    await enter(alice, '/accept bob');
    await bob.next('accepted', { by: 'alice' });
    await alice.shows(/bob is on line/);

    const sender = new HostileSender(bob, 'alice', alice);
    assertKeepsBehindName(await sender.show(LOOKED_BACK_AT));
    await alice.key('PageUp');
    const back = await alice.shows(/── \d+ rows back: .* ──/);
    assertKeepsBehindName(withRows(LOOKED_BACK_AT, sender.find(back)));
    await alice.key('Escape');
    await alice.showsNot(/rows back/);

    await alice.resize(columns, 24);
    assertKeepsBehindName(await sender.show(SIZE_TEXTS));
    await alice.resize(columns, HIGH);
    for (const word of SEARCHED) {
      await enter(alice, `/search ${word}`);
      assertFound(await alice.shows(new RegExp(` with: ${word}$`, 'm')), word);
    }
    await assertIntact(alice);
    // No terminal has answered to what it was asked: that would be in what is typed next.
    await enter(alice, 'still me');
    await bob.next('message', { text: 'still me' });
  });
}

function withRows(texts: readonly HostileText[], rows: readonly string[]): (readonly [HostileText, Shown])[] {
  return texts.map((text, index) => [text, { lines: rows[index] ?? '', rows: rows[index] ?? '' }]);
}

/** Below the heading what was found is indented, and then there is the live area. */
function assertFound(screen: string, word: string): void {
  const rows = screen.split('\n');
  const found = rows.slice(rows.findLastIndex((row) => row.endsWith(` with: ${word}`)) + 1, -2);
  assert.ok(found.length > 0, screen);
  for (const row of found) assert.match(row, /^ {2}/);
  assertNothingUnseen(screen);
  assertClaimsNoRow(screen);
}

/** Of the live area nothing was left behind: there is one line for input, and one of status. */
async function assertIntact(alice: Terminal): Promise<void> {
  const rows = (await alice.scrollback()).split('\n');
  const talk = rows.slice(rows.indexOf('── bob ──'));
  assert.deepEqual(
    talk.flatMap((row, index) => (/bob>|on line ·/.test(row) ? [index - talk.length] : [])),
    [-2, -1],
  );
  assert.equal((await alice.cursor()).row, (await alice.screen()).split('\n').length - 2);
}

async function enter(terminal: Terminal, line: string): Promise<void> {
  await terminal.type(line);
  await terminal.key('Enter');
}
