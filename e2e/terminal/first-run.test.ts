import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parleyCommand } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { Terminal } from '../support/terminal.ts';
import { WIDTHS } from '../support/chat.ts';
import { tempFolder } from '../support/world.ts';

const skip = unlessInstalled('tmux');

for (const columns of WIDTHS) {
  test(`without an account chat explains how to get one, on one screen of ${columns} columns`, { skip }, async () => {
    await using stack = new AsyncDisposableStack();
    const command = parleyCommand(['chat', '--data', 'accounts']);
    const terminal = stack.use(await Terminal.start({ command, columns, cwd: tempFolder(stack) }));
    assert.equal(await terminal.ended(), 2);
    await matchesScreen(import.meta, `first-run-${columns}`, await terminal.screen());
    assert.equal(await terminal.scrollback(), await terminal.screen());
  });
}
