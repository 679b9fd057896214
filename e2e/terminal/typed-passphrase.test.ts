import { test } from 'node:test';
import { PASSPHRASE } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');
const ASKS = { PARLEY_PASSPHRASE: undefined };

test('a client that has asked for the passphrase hears what is typed after it, on every kind of terminal', { skip }, async () => {
  await using world = await World.start();
  const options = {
    whole: { env: ASKS, args: [], typed: '/list', shown: /Nobody else is on line\.\n[\s\S]*Nobody else is on line\./ },
    dumb: { env: { ...ASKS, TERM: 'dumb' }, args: [], typed: '/help', shown: /\/request NAME/ },
    reader: { env: ASKS, args: ['--screen-reader'], typed: '/help', shown: /\/request NAME/ },
    script: { env: ASKS, args: ['--json'], typed: '{"do":"nothing"}', shown: /"bad_command"/ },
  };
  for (const [user, { env, args, typed, shown }] of Object.entries(options)) {
    await using terminal = await world.enterTerminal(user, { env, args });
    await terminal.shows(/Passphrase:/);
    await terminal.type(PASSPHRASE);
    await terminal.key('Enter');
    await terminal.shows(/You are|"ready"/);
    await terminal.type(typed);
    await terminal.key('Enter');
    await terminal.shows(shown);
  }
});
