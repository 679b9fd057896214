import assert from 'node:assert/strict';
import { test } from 'node:test';
import { befriend, say, World } from '../support/world.ts';

/** What a terminal, or an eye, would take for something else than text. */
const HOSTILE = [
  '\u001b[2J\u001b[H',
  '\u001b]0;owned\u0007',
  '\u001b]52;c;cm0gLXJmIH4=\u0007',
  '\u009b31m',
  '\u0090q\u009c',
  '\u202egnp.exe\u202c',
  '\u2066x\u2069',
  '\u0008\u0008\u007f',
  '\u000b\u000c\u0000',
];

test('answers flaw 29: nothing that a peer writes reaches a terminal as a control character', async () => {
  await using world = await World.start();
  const [alice] = await world.enterLines('alice');
  const bob = await world.enter('bob');
  bob.send({ do: 'request', user: 'alice' });
  await alice.shows(/bob asks to talk/);
  alice.type('/accept bob');
  await bob.next('accepted', { by: 'alice' });
  for (const [index, text] of HOSTILE.entries())
    bob.send({ do: 'send', to: 'alice', text: `${text}part${index}`, id: `${index}` });
  await alice.shows(new RegExp(`part${HOSTILE.length - 1}`));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
  assert.doesNotMatch(alice.written, control);
});

test('answers flaw 30: a request that nobody answers waits, and holds up nothing', async () => {
  await using world = await World.start();
  const [alice, bob, carol, dave] = await world.enterAll('alice', 'bob', 'carol', 'dave');
  carol.send({ do: 'request', user: 'alice' });
  await alice.next('request', { from: 'carol' });
  await befriend(['bob', bob], ['alice', alice]);
  await say(['bob', bob], ['alice', alice], 'carol still waits', '1');
  await say(['alice', alice], ['bob', bob], 'so do we not', '1');
  dave.send({ do: 'request', user: 'alice' });
  await alice.next('request', { from: 'dave' });
  assert.deepEqual(await alice.list(), ['alice', 'bob', 'carol', 'dave']);
  carol.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'carol' });
  alice.send({ do: 'accept', user: 'carol' });
  await carol.next('accepted', { by: 'alice' });
  await say(['carol', carol], ['alice', alice], 'at last', '1');
});
