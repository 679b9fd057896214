import { test } from 'node:test';
import { enterOnLine, meet, write } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import type { Terminal } from '../support/terminal.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

test('the bell rings for a request and for a message in another conversation, not for the current one', { skip }, async () => {
  await using world = await World.start();
  const [bob, carol, dave] = await world.enterAll('bob', 'carol', 'dave');
  const alice = await enterOnLine(world, 'alice');
  await meet(['alice', alice], ['bob', bob]);
  await meet(['alice', alice], ['carol', carol]);
  await write(carol, 'alice', 'silence');
  await alice.shows(/carol: silence$/m);
  await rings(alice, 0);
  dave.send({ do: 'request', user: 'alice' });
  await alice.shows(/^dave asks to talk/m);
  await rings(alice, 1);
  // It rings once a second at most.
  for (let message = 0; (await alice.bells()) < 2; message += 1) await write(bob, 'alice', `ring ${message}`);
});

async function rings(terminal: Terminal, times: number): Promise<void> {
  await terminal.until(`the bell to have rung ${times} times`, async () => (await terminal.bells()) === times);
}
