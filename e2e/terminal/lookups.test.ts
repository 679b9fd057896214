import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { enterLine, enterOnLine, meet, WIDTHS, write } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

for (const columns of WIDTHS) {
  test(`search, list and block (${columns} columns)`, { skip }, async () => {
    await using world = await World.start();
    const [bob, carol] = await world.enterAll('bob', 'carol');
    const alice = await enterOnLine(world, 'alice', { columns });
    await meet(['alice', alice], ['carol', carol]);
    await enterLine(alice, 'The KEY is below the flower pot, as always');
    await carol.next('message');
    await meet(['alice', alice], ['bob', bob]);
    await write(bob, 'alice', 'which key?\nthat of the house');
    await alice.shows(/which key\?/);
    await enterLine(alice, '/clear');
    await alice.showsNot(/which key/);
    assert.match(await alice.scrollback(), /which key/);
    await enterLine(alice, '/search key');
    await alice.shows(/Found with: key/);
    await enterLine(alice, '/search POT flower');
    await enterLine(alice, '/search nowhere');
    await alice.shows(/^Nothing found with: nowhere$/m);
    await enterLine(alice, '/list');
    await alice.shows(/^On line: /m);
    await enterLine(alice, '/block carol');
    await matchesScreen(import.meta, `lookups-${columns}`, () => alice.screen());
    await enterLine(alice, '/block bob');
    await alice.shows(/^(.*│ )?>$/m);
    await matchesScreen(import.meta, `lookups-blocked-${columns}`, () => alice.screen());
  });
}

test('export writes all conversations for their owner alone, and no file that exists', { skip }, async () => {
  await using world = await World.start();
  const [bob, carol] = await world.enterAll('bob', 'carol');
  const alice = await enterOnLine(world, 'alice', { cwd: world.folder });
  for (const [peer, client] of [
    ['bob', bob],
    ['carol', carol],
  ] as const) {
    await meet(['alice', alice], [peer, client]);
    await enterLine(alice, `hello ${peer}`);
    await client.next('message');
    await alice.shows(new RegExp(`alice: hello ${peer}$`, 'm'));
  }
  await enterLine(alice, '/export all of it.txt');
  await alice.shows(/^2 messages are in all of it\.txt now/m);
  const file = join(world.folder, 'all of it.txt');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.match(readFileSync(file, 'utf8'), /alice: hello bob\n[\s\S]*alice: hello carol\n/);
  writeFileSync(join(world.folder, 'mine.txt'), 'mine');
  await enterLine(alice, '/export mine.txt');
  await alice.shows(/mine\.txt/);
  await enterLine(alice, '/export nowhere/at/all.txt');
  await alice.shows(/nowhere\/at\/all\.txt.*\n(.*\n)*carol>$/m);
  await matchesScreen(import.meta, 'lookups-export-80', () => alice.screen());
  assert.equal(readFileSync(join(world.folder, 'mine.txt'), 'utf8'), 'mine');
});
