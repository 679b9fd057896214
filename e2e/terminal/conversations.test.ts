import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, enterOnLine, meet, WIDTHS, withoutGreeting, write } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { befriend, World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

for (const columns of WIDTHS) {
  test(`what is unread is counted, marked, and still there after a restart (${columns} columns)`, { skip }, async () => {
    await using world = await World.start();
    const peers = { bob: await world.enter('bob'), carol: await world.enter('carol'), dave: await world.enter('dave') };
    let alice = await enterOnLine(world, 'alice', { columns });
    for (const [peer, client] of Object.entries(peers)) await meet(['alice', alice], [peer, client]);

    await write(peers.dave, 'alice', 'seen at once');
    await alice.shows(/dave: seen at once$/m);
    for (const text of ['one', 'two']) await write(peers.bob, 'alice', text);
    await write(peers.carol, 'alice', 'three');
    await matchesScreen(import.meta, `conversations-unread-${columns}`, () => alice.screen());
    await alice.key('M-a');
    await alice.shows(/^── new messages ──\n(\d{4}-\d\d-\d\d\n)?.*bob: one\n.*bob: two\n/m);
    await write(peers.bob, 'alice', 'while looking');
    await alice.shows(/bob: while looking$/m);
    await matchesScreen(import.meta, `conversations-new-${columns}`, () => alice.screen());

    await enterLine(alice, '/quit');
    assert.equal(await alice.ended(), 0);
    await write(peers.carol, 'alice', 'four');
    await write(peers.dave, 'alice', 'five');
    alice = await enterOnLine(world, 'alice', { columns });
    await alice.shows(/^(.*│ )?bob>/m);
    await matchesScreen(import.meta, `conversations-restarted-${columns}`, async () => withoutGreeting(await alice.screen()));
  });
}

test('more than nine conversations: those around the current one are in the sidebar', { skip }, async () => {
  await using world = await World.start();
  const script = await world.enter('alice');
  const names = Array.from({ length: 12 }, (_, index) => `friend-${String.fromCharCode(97 + index)}`);
  for (const name of names) {
    const friend = await world.enter(name);
    await befriend(['alice', script], [name, friend]);
    await write(friend, 'alice', 'hello');
    await script.next('message', { from: name });
    await friend.quit();
  }
  await script.quit();
  const alice = await enterOnLine(world, 'alice', { columns: 160 });
  await alice.shows(/ and 3 more /);
  await matchesScreen(import.meta, 'conversations-many-160', async () => withoutGreeting(await alice.screen()));
  await alice.key('M-9');
  await alice.shows(/^>.9 /m);
  for (const name of ['friend-d', 'friend-c', 'friend-b', 'friend-a']) {
    await alice.shows(new RegExp(`│ ${name}>$`, 'm'));
    await alice.shows(new RegExp(`${name}: hello$`, 'm'));
    if (name !== 'friend-a') await alice.key('Tab');
  }
  await matchesScreen(import.meta, 'conversations-last-160', async () => withoutGreeting(await alice.screen()));
});
