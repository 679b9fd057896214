import { test } from 'node:test';
import { PASSPHRASE, parleyCommand } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { Terminal } from '../support/terminal.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

for (const args of [[], ['--screen-reader']]) {
  test(`a terminal that does not say its size has the usual one ${args.join(' ')}`, { skip }, async () => {
    await using world = await World.start();
    await world.join('alice');
    const chat = parleyCommand(['chat', world.account('alice'), '--data', world.clientFolder('alice'), ...args]);
    await using terminal = await Terminal.start({
      command: ['sh', '-c', 'stty columns 0 rows 0; exec "$@"', 'sh', ...chat],
      env: { PARLEY_PASSPHRASE: PASSPHRASE },
    });
    await terminal.shows(/^You are alice on localhost:\d+\. \/help lists the commands\.$/m);
  });
}
