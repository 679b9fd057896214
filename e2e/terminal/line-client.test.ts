import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import type { ScriptClient } from '../support/script-client.ts';
import type { Terminal } from '../support/terminal.ts';
import { World } from '../support/world.ts';
import { assertKeepsBehindName } from './behind-name.ts';
import { HostileSender } from './hostile-sender.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

const skip = unlessInstalled('tmux');
/** Who gets the plain client. */
const FACES = {
  'on a dumb terminal': { env: { TERM: 'dumb' } },
  'for a screen reader': { args: ['--screen-reader'] },
} as const;

for (const columns of [40, 80, 160]) {
  test(`two people talk on dumb terminals of ${columns} columns`, { skip }, async () => {
    await using world = await World.start();
    const alice = await world.enterTerminal('alice', { columns, ...FACES['on a dumb terminal'] });
    const bob = await world.enterTerminal('bob', { columns, ...FACES['on a dumb terminal'] });
    await alice.shows(/You are alice/);
    await bob.shows(/You are bob/);
    await enter(alice, '/request bob');
    await bob.shows(/alice asks to talk/);
    await enter(bob, '/accept alice');
    await alice.shows(/^bob accepted\.$/m);
    await enter(alice, 'Grüezi 👋');
    await bob.shows(/^\d\d:\d\d alice: Grüezi 👋$/m);
    await enter(bob, 'hello alice');
    await alice.shows(/^\d\d:\d\d bob: hello alice$/m);
    await enter(alice, '!quit');
    await enter(bob, '/quit');
    assert.deepEqual(await Promise.all([alice.ended(), bob.ended()]), [0, 0]);
  });

  for (const [face, options] of Object.entries(FACES)) {
    test(`no text does anything to the plain client ${face} of ${columns} columns`, { skip }, async () => {
      await using world = await World.start();
      const alice = await world.enterTerminal('alice', { columns, ...options });
      const bob = await world.enter('bob');
      await meet(alice, bob);
      assertKeepsBehindName(await new HostileSender(bob, 'alice', alice).show(HOSTILE_TEXTS));
      // No terminal has answered to what it was asked: that would be in what is typed next.
      await enter(alice, 'still me');
      await bob.next('message', { text: 'still me' });
    });
  }
}

test('a safety number is broken between its groups, where the terminal is narrow', { skip }, async () => {
  await using world = await World.start();
  const alice = await world.enterTerminal('alice', { columns: 40, ...FACES['on a dumb terminal'] });
  const bob = await world.enter('bob');
  await alice.shows(/You are alice/);
  bob.send({ do: 'request', user: 'alice' });
  const screen = await alice.shows(/\/accept bob or \/refuse bob/);
  const groups = screen.slice(screen.indexOf('safety number')).match(/\b\d{5}\b/g) ?? [];
  assert.equal(groups.length, 12, screen);
});

test('what is being typed stays, on however many rows, when something is said', { skip }, async () => {
  await using world = await World.start();
  const alice = await world.enterTerminal('alice', { columns: 40, ...FACES['for a screen reader'] });
  const bob = await world.enter('bob');
  await meet(alice, bob);
  const typed = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
  await alice.type(typed);
  await alice.shows(/bob> word0[\s\S]*rd29$/);
  for (const text of ['one', 'two\nthree', 'four']) bob.send({ do: 'send', to: 'alice', text, id: text });
  const screen = await alice.shows(/bob: four\nbob> [\s\S]*rd29$/);
  assert.match(screen, /bob: one\n\d\d:\d\d bob: two\n {11}three\n\d\d:\d\d bob: four\nbob> word0/);
  assert.equal((await alice.scrollback()).split('word0').length, 2);
  await alice.key('Enter');
  await bob.next('message', { text: typed });
});

async function meet(alice: Terminal, bob: ScriptClient): Promise<void> {
  await alice.shows(/You are alice/);
  bob.send({ do: 'request', user: 'alice' });
  await alice.shows(/bob asks to talk/);
  await enter(alice, '/accept bob');
  await bob.next('accepted', { by: 'alice' });
}

async function enter(terminal: Terminal, line: string): Promise<void> {
  await terminal.type(line);
  await terminal.key('Enter');
}
