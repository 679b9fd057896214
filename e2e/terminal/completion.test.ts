import { test } from 'node:test';
import { enterOnLine, meet } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

test('Tab completes commands and names, and shows what it could be', { skip }, async () => {
  await using world = await World.start();
  const [bob, carla] = await world.enterAll('bob', 'carla', 'carlo');
  const alice = await enterOnLine(world, 'alice');
  await meet(['alice', alice], ['bob', bob]);
  for (const [typed, completed] of [
    ['/h', /^bob> \/help$/m],
    ['/acc', /^bob> \/accept $/m],
    ['!ver', /^bob> !verify/m],
    ['/request c', /^bob> \/request carl$/m],
    ['/msg b', /^bob> \/msg bob$/m],
    ['/nothing', /^bob> \/nothing$/m],
    ['/cancel b', /^bob> \/cancel b$/m],
  ] as const) {
    await alice.type(typed);
    await alice.key('Tab');
    await alice.shows(new RegExp(completed.source.replace(' $', '$'), 'm'));
    await alice.key('C-u');
    await alice.shows(/^bob>$/m);
  }
  await alice.type('/request ');
  await alice.key('Tab');
  await alice.type('c');
  await alice.key('Tab');
  await matchesScreen(import.meta, 'completion-choices-80', () => alice.screen());
  await alice.type('a');
  await alice.key('Tab', 'Enter');
  await carla.next('request', { from: 'alice' });
  await alice.shows(/^carla>$/m);
});

test('where there is nothing to complete, Tab goes to the next conversation and Shift+Tab to the one before', {
  skip,
}, async () => {
  await using world = await World.start();
  const alice = await enterOnLine(world, 'alice');
  for (const peer of ['bob', 'carol', 'dave'] as const) await meet(['alice', alice], [peer, await world.enter(peer)]);
  for (const [key, peer] of [
    ['Tab', 'bob'],
    ['Tab', 'carol'],
    ['S-Tab', 'bob'],
    ['S-Tab', 'dave'],
    ['Tab', 'bob'],
  ] as const) {
    await alice.key(key);
    await alice.shows(new RegExp(`^${peer}>`, 'm'));
  }
});
