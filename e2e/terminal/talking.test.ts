import { test } from 'node:test';
import { enterLine, enterOnLine, WIDTHS, write } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { matchesScreen } from '../support/screens.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

for (const columns of WIDTHS) {
  test(`one asks and talks, is asked and accepts, is refused (${columns} columns)`, { skip }, async () => {
    await using world = await World.start();
    const [bob, carol, dave] = await world.enterAll('bob', 'carol', 'dave');
    const alice = await enterOnLine(world, 'alice', { columns });
    const screen = () => alice.screen();

    await enterLine(alice, '/request bob');
    await bob.next('request', { from: 'alice' });
    await matchesScreen(import.meta, `talking-asked-${columns}`, screen);
    bob.send({ do: 'accept', user: 'alice' });
    await alice.shows(/^bob accepted\.$/m);
    await enterLine(alice, 'hello bob');
    await bob.next('message', { from: 'alice', text: 'hello bob' });
    await write(
      bob,
      'alice',
      'Hi! This is long enough to need a second row on most terminals, if not on those that are very wide.',
    );
    await alice.shows(/very\s+wide/);

    carol.send({ do: 'request', user: 'alice' });
    await matchesScreen(import.meta, `talking-tray-${columns}`, screen);
    await enterLine(alice, '/accept carol');
    await carol.next('accepted', { by: 'alice' });
    await enterLine(alice, '/msg carol for you');
    await carol.next('message', { from: 'alice', text: 'for you' });

    await enterLine(alice, '!request dave');
    await dave.next('request', { from: 'alice' });
    dave.send({ do: 'refuse', user: 'alice' });
    await alice.shows(/^dave refused\.$/m);
    await alice.type('a text for dave');
    await matchesScreen(import.meta, `talking-refused-${columns}`, screen);
    await alice.key('Enter');
    await alice.shows(/^You and dave cannot talk yet: /m);
  });
}

test('two at terminals see the same safety number before one accepts and after', { skip }, async () => {
  await using world = await World.start();
  const alice = await enterOnLine(world, 'alice');
  const bob = await enterOnLine(world, 'bob');
  await enterLine(alice, '/request bob');
  await bob.shows(/^alice asks to talk: \/accept alice or \/refuse alice$/m);
  const asked = digits(await bob.shows(/Safety number/));
  await enterLine(bob, '/accept alice');
  await alice.shows(/^bob accepted\.$/m);
  await bob.showsNot(/^alice asks to talk:/m);
  await enterLine(bob, 'so do I');
  await alice.shows(/^\d\d:\d\d bob: so do I$/m);
  await enterLine(alice, 'as do we all');
  await bob.shows(/^\d\d:\d\d alice: as do we all$/m);

  for (const terminal of [alice, bob]) {
    await enterLine(terminal, '/verify');
    await terminal.shows(/^Have (alice|bob)/m);
  }
  const [ofAlice, ofBob] = [digits(await alice.screen()), digits(await bob.screen())];
  if (ofAlice !== ofBob || ofAlice !== asked || asked.length < 60) throw new Error(`${ofAlice}, ${ofBob}, ${asked} differ`);
});

function digits(screen: string): string {
  return (screen.match(/^ {2}\d{5}( \d{5}){5}$/gm) ?? []).slice(-2).join(' ').trim();
}
