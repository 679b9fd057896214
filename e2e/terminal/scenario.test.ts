import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, enterOnLine } from '../support/chat.ts';
import { PASSPHRASE, parleyCommand } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { Terminal } from '../support/terminal.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

/** All from terminals, with nothing but what the README and /help say. */
test('two meet, compare, talk and part, and a third is refused', { skip }, async () => {
  await using world = await World.start();
  await using alice = await joinByHand(world, 'alice');
  const bob = await enterOnLine(world, 'bob');
  const carol = await enterOnLine(world, 'carol', { columns: 40 });

  await enterLine(alice, '/help');
  await alice.shows(/^\/request NAME +ask to talk/m);
  await enterLine(alice, '/list');
  await alice.shows(/^On line: bob, carol$/m);

  await enterLine(alice, '/request bob');
  await alice.shows(/bob has not answered yet/);
  await bob.shows(/^alice asks to talk: \/accept alice or \/refuse alice$/m);
  await bob.type('/a');
  await bob.key('Tab', 'Tab');
  await bob.shows(/^> \/accept alice$/m);
  await bob.key('Enter');
  await alice.shows(/^bob accepted\.$/m);

  await enterLine(alice, 'hello bob');
  await bob.shows(/alice: hello bob$/m);
  await bob.type('hi alice,');
  await bob.key('M-Enter');
  await enterLine(bob, 'how are you?');
  await alice.shows(/bob: hi alice,\n +how are you\?$/m);

  await enterLine(carol, '/request alice');
  await alice.shows(/^carol asks to talk/m);
  await enterLine(carol, 'please');
  await carol.shows(/^alice has not answered yet: /m);
  await carol.key('C-u');
  await enterLine(alice, '/refuse carol');
  await alice.shows(/^You refused carol\.$/m);
  await carol.shows(/^alice refused\.$/m);
  await enterLine(carol, 'please!');
  await carol.shows(/^You and alice cannot talk yet: /m);
  await carol.key('C-u');
  await enterLine(carol, '/request alice');
  await carol.shows(/^Error: /m);

  await enterLine(bob, '/quit');
  assert.equal(await bob.ended(), 0);
  await alice.shows(/bob is away/);
  await enterLine(alice, 'for later');
  await alice.shows(/alice: for later$/m);
  assert.doesNotMatch(await alice.scrollback(), /please/);
  await alice.key('C-d');
  assert.equal(await alice.ended(), 0);

  const again = await enterOnLine(world, 'bob');
  await again.shows(/alice: for later$/m);
  await enterLine(again, '/search LATER');
  await again.shows(/^Found with: LATER\n.* alice: for later$/m);
});

/** Invite, name and passphrase, as somebody types them. */
async function joinByHand(world: World, user: string): Promise<Terminal> {
  const command = parleyCommand(['join', world.invite, user, '--data', world.clientFolder(user)]);
  await using joining = await Terminal.start({ command });
  for (const asked of [/[Pp]assphrase[^\n]*$/, /(again|[Rr]epeat|once more)[^\n]*$/]) {
    await joining.shows(asked);
    await enterLine(joining, PASSPHRASE);
  }
  await joining.shows(/recovery phrase/);
  assert.equal(await joining.ended(), 0);
  const chat = parleyCommand(['chat', '--data', world.clientFolder(user)]);
  const terminal = await Terminal.start({ command: chat });
  await terminal.shows(/[Pp]assphrase[^\n]*$/);
  await enterLine(terminal, PASSPHRASE);
  await terminal.shows(/^on line · /m);
  return terminal;
}
