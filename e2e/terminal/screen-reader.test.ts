import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterLine, write } from '../support/chat.ts';
import { unlessInstalled } from '../support/programs.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

for (const [how, options] of Object.entries({
  '--screen-reader': { args: ['--screen-reader'] },
  'PARLEY_SCREEN_READER=1': { env: { PARLEY_SCREEN_READER: '1' } },
})) {
  test(`with ${how} everything is said once, in order, and nothing is drawn again`, { skip }, async () => {
    await using world = await World.start();
    const [bob, carol] = await world.enterAll('bob', 'carol');
    const alice = await world.enterTerminal('alice', options);
    await alice.shows(/^On line: bob, carol$/m);
    await enterLine(alice, '/request bob');
    await bob.next('request');
    bob.send({ do: 'accept', user: 'alice' });
    await alice.shows(/^bob accepted\.$/m);
    await enterLine(alice, 'hello');
    await bob.next('message', { text: 'hello' });
    await write(bob, 'alice', 'hello yourself');
    await alice.shows(/bob: hello yourself$/m);
    await alice.type('half typed');
    carol.send({ do: 'request', user: 'alice' });
    await alice.shows(/^carol asks to talk - safety number .*\n?.*\/accept carol or \/refuse carol$/m);
    await alice.shows(/^bob> half typed$/m);
    for (const [line, shown] of [
      ['/accept carol', /You accepted carol/],
      ['/verify', /Have bob type/],
      ['/devices', /Devices of alice:/],
      ['/search HELLO', /Found with: HELLO\n.*to bob: hello\n/],
      ['/list', /On line: bob, carol\n/],
      ['/msg carol', /What you write now goes to carol\./],
      ['/help', /\/quit +end/],
    ] as const) {
      await alice.key('C-u');
      await enterLine(alice, line);
      await alice.shows(shown);
    }
    await enterLine(alice, '/quit');
    assert.equal(await alice.ended(), 0);
    const said = await alice.scrollback();
    for (const once of [
      'bob accepted.',
      '\n> /request bob\n',
      'carol is on line.',
      'You accepted carol',
      'carol asks to talk',
      'Have bob type',
    ]) {
      assert.equal(said.split(once).length - 1, 1, `${once} in\n${said}`);
    }
  });
}
