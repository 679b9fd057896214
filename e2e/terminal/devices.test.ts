import { test } from 'node:test';
import { enterLine, enterOnLine, meet, WIDTHS } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

for (const columns of WIDTHS) {
  test(`the safety number is shown as digits and a code, devices by name (${columns} columns)`, { skip }, async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    const alice = await enterOnLine(world, 'alice', { columns });
    await meet(['alice', alice], ['bob', bob]);
    await enterLine(alice, '/clear');
    await enterLine(alice, '/verify bob');
    await alice.shows(/^Have bob/m);
    await matchesScreen(import.meta, `devices-verify-${columns}`, () => alice.screen());
    await enterLine(alice, '/clear');
    await enterLine(alice, '/devices');
    await enterLine(alice, '/devices bob');
    await alice.shows(/Devices of bob/);
    await matchesScreen(import.meta, `devices-${columns}`, async () =>
      (await alice.screen()).replaceAll(/\b[0-9a-f]{16}\b/g, '0123456789abcdef'),
    );
  });
}
