import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import type { ScriptClient } from '../support/script-client.ts';
import type { Terminal } from '../support/terminal.ts';
import { World } from '../support/world.ts';
import { assertHarmless } from './harmless.ts';
import { HostileSender } from './hostile-sender.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

const skip = unlessInstalled('tmux');
/** The plain client is what a dumb terminal gets. */
const env = { TERM: 'dumb' };

for (const columns of [40, 80, 160]) {
  test(`two people talk on dumb terminals of ${columns} columns`, { skip }, async () => {
    await using world = await World.start();
    const alice = await world.enterTerminal('alice', { columns, env });
    const bob = await world.enterTerminal('bob', { columns, env });
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

  test(`no text does anything to a dumb terminal of ${columns} columns`, { skip }, async () => {
    await using world = await World.start();
    const alice = await world.enterTerminal('alice', { columns, env });
    const bob = await world.enter('bob');
    await meet(alice, bob);
    // Where the terminal wraps is nothing that the plain client knows.
    const shown = await new HostileSender(bob, 'alice', alice).show(HOSTILE_TEXTS);
    assertHarmless(shown, ['claims no row'], ({ lines }) => {
      for (const line of lines.split('\n')) assert.match(line, /^$|^(\d\d:\d\d| {5}) bob:/);
    });
    // No terminal has answered to what it was asked: that would be in what is typed next.
    await enter(alice, 'still me');
    await bob.next('message', { text: 'still me' });
  });
}

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
