import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, enterOnLine, meet, WIDTHS, withoutGreeting } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { ServerProcess } from '../support/server-process.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

test('whether the other is on line is shown as it changes', { skip }, async () => {
  await using world = await World.start();
  const bob = await world.enter('bob');
  const alice = await enterOnLine(world, 'alice');
  await meet(['alice', alice], ['bob', bob]);
  await alice.shows(/ bob is on line /);
  assert.equal(await bob.quit(), 0);
  await alice.shows(/ bob is away /);
  world.start('bob');
  await alice.shows(/ bob is on line /);
});

for (const columns of WIDTHS) {
  test(`what is typed while off line waits, is marked, and is sent later (${columns} columns)`, { skip }, async () => {
    await using world = await World.start();
    const bob = await world.enter('bob');
    let alice = await enterOnLine(world, 'alice', { columns });
    await meet(['alice', alice], ['bob', bob]);
    await enterLine(alice, 'before');
    await bob.next('message', { text: 'before' });
    await alice.shows(/alice: before$/m);

    await world.server.stop();
    await alice.shows(/OFF LINE/);
    for (const text of ['one', 'two', 'three', 'four']) await enterLine(alice, `${text} is typed while there is no server`);
    await matchesScreen(import.meta, `presence-waits-${columns}`, () => alice.screen());

    await enterLine(alice, '/quit');
    assert.equal(await alice.ended(), 0);
    alice = await world.enterTerminal('alice', { columns });
    await alice.shows(/OFF LINE/);
    await matchesScreen(import.meta, `presence-still-waits-${columns}`, async () => withoutGreeting(await alice.screen()));

    const server = await ServerProcess.start({ dataFolder: world.serverFolder, port: world.server.port }, false);
    world.defer(() => server.kill());
    for (const text of ['one', 'two', 'three', 'four']) {
      await bob.next('message', { text: `${text} is typed while there is no server` });
    }
    await alice.showsNot(/\(waits\)|OFF LINE/);
    await matchesScreen(import.meta, `presence-sent-${columns}`, async () => withoutGreeting(await alice.screen()));
  });
}
