import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../support/world.ts';

test('two people talk in the plain line client, and control characters of a peer do nothing', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterLines('alice', 'bob');

  alice.type('/request bob');
  await bob.shows(/alice asks to talk.*(\d{5} ){11}\d{5}/);
  bob.type('/accept alice');
  await alice.shows(/bob accepted/);
  alice.type('hello bob');
  await bob.shows(/alice: hello bob/);
  bob.type('/msg alice \u001b]0;owned\u0007\u001b[2J\u202egnp.exe \u009b31m done');
  await alice.shows(/bob: .*done/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  assert.doesNotMatch(alice.written, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);

  alice.type('!quit');
  bob.type('/quit');
  assert.deepEqual(await Promise.all([alice.ended(), bob.ended()]), [0, 0]);
});

test('accepting somebody does not redirect what is written to another; /msg NAME does, and /request NAME to a contact', async () => {
  await using world = await World.start();
  const [alice, bob, carol] = await world.enterLines('alice', 'bob', 'carol');

  bob.type('/request alice');
  await alice.shows(/bob asks to talk/);
  alice.type('/accept bob');
  await alice.shows(/What you write now goes to bob\./);
  await bob.shows(/alice accepted/);
  carol.type('/request alice');
  await alice.shows(/carol asks to talk/);
  alice.type('/accept carol');
  await alice.shows(/You accepted carol\. What you write still goes to bob: \/msg carol changes that\./);
  await carol.shows(/alice accepted/);
  alice.type('first');
  await bob.shows(/alice: first/);
  alice.type('/msg carol');
  alice.type('second');
  await carol.shows(/alice: second/);
  alice.type('/request bob');
  alice.type('third');
  await bob.shows(/alice: third/);
  assert.doesNotMatch(alice.written, /Error/);
  assert.doesNotMatch(carol.written, /first|third/);
  assert.doesNotMatch(bob.written, /second/);
});

test('/refuse says that it was done, and an error where nobody had asked', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterLines('alice', 'bob');

  bob.type('/refuse alice');
  await bob.shows(/Error: alice does not ask to talk/);
  assert.doesNotMatch(bob.written, /You refused/);
  alice.type('/request bob');
  await bob.shows(/alice asks to talk/);
  bob.type('/refuse alice');
  await bob.shows(/You refused alice\./);
  await alice.shows(/bob refused/);
});
