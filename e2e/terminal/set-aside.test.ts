import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, enterOnLine, meet, write } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

test('Ctrl+Z gives the terminal back to the shell, fg goes on with what was typed and what has come', { skip }, async () => {
  await using world = await World.start();
  const bob = await world.enter('bob');
  const alice = await enterOnLine(world, 'alice', { shell: true });
  await meet(['alice', alice], ['bob', bob]);
  for (const round of ['one', 'two']) {
    await alice.type(`half of ${round}`);
    await alice.shows(new RegExp(`^bob> half of ${round}$`, 'm'));
    await alice.key('C-z');
    await alice.shows(/^\$$/m);
    await enterLine(alice, `echo the shell has it: ${round}`);
    await alice.shows(new RegExp(`^the shell has it: ${round}\n\\$$`, 'm'));
    assert.deepEqual(await alice.lineDiscipline(), { lines: true, echo: true, signals: true, enterEndsLine: true });
    const { modes } = await alice.state();
    assert.equal(modes.cursor_flag, '1');
    // Shift+Enter is no key of its own to a shell: tmux types its name.
    bob.send({ do: 'send', to: 'alice', text: `meanwhile ${round}`, id: round });
    await enterLine(alice, 'fg');
    await alice.shows(new RegExp(`^bob> half of ${round}$`, 'm'));
    await alice.shows(new RegExp(`bob: meanwhile ${round}$`, 'm'));
    await alice.key('S-Enter');
    await enterLine(alice, 'and the rest');
    await bob.next('message', { text: `half of ${round}\nand the rest` });
  }
  await write(bob, 'alice', 'the end');
  await alice.shows(/bob: the end\nbob>\n/);
});
