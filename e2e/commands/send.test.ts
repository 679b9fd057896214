import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseJsonLine } from '../support/json-lines.ts';
import { openTerminal } from '../support/answering.ts';
import { PASSPHRASE, parley } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { send } from '../support/send-command.ts';
import { exported } from '../support/vaults.ts';
import { befriend, World } from '../support/world.ts';

/** Alice and bob have agreed to talk; bob is on line, alice is not. */
async function friends(): Promise<{ world: World; bob: ScriptClient }> {
  const world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await alice.quit();
  return { world, bob };
}

test('send sends what it is given, as one message, and says what it was', async (t) => {
  const { world: started, bob } = await friends();
  await using world = started;
  const file = join(world.folder, 'note.txt');
  writeFileSync(file, 'from a file\r\nof two lines\r\n');
  const cases: Readonly<Record<string, { args: string[]; input?: string; text: string }>> = {
    'words as arguments': { args: ['bob', 'hello', 'bob'], text: 'hello bob' },
    'what looks like an option, after --': { args: ['bob', '--', '--wait', 'and see'], text: '--wait and see' },
    'a line from a pipe': { args: ['bob'], input: 'hi\n', text: 'hi' },
    'many lines from a pipe': { args: ['bob'], input: '\none\n\n two\n\n', text: '\none\n\n two\n' },
    'a file': { args: ['bob', '--file', file], text: 'from a file\r\nof two lines' },
    'as much as one message takes': { args: ['bob'], input: `${'x'.repeat(64 * 1_024)}\n`, text: 'x'.repeat(64 * 1_024) },
  };
  for (const [name, { args, input = 'not this', text }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const { code, stdout, stderr } = await send(world, 'alice', args, { input });
      assert.deepEqual([code, stdout, stderr], [0, '', '']);
      assert.equal((await bob.next('message', { from: 'alice' })).text, text);
    });
  }

  await t.test('--json prints the id that the message has at both ends', async () => {
    const { code, stdout } = await send(world, 'alice', ['bob', 'counted', '--json']);
    const { id } = await bob.next('message', { text: 'counted' });
    assert.equal(code, 0);
    assert.deepEqual(parseJsonLine(stdout.trim()), { event: 'sent', to: 'bob', message: id });
  });
});

test('send ends with 2 where there is nothing that could be sent, before it asks anybody', async (t) => {
  await using world = await World.start();
  await world.join('alice');
  await world.server.stop();
  const bytes = join(world.folder, 'bytes');
  writeFileSync(bytes, Buffer.from([0x68, 0x69, 0xff]));
  const cases: Readonly<Record<string, { args: string[]; input?: string; says: RegExp }>> = {
    'an empty pipe': { args: ['bob'], input: '', says: /no text to send/ },
    'a line break alone': { args: ['bob'], input: '\n', says: /no text to send/ },
    'an empty argument': { args: ['bob', ''], says: /no text to send/ },
    'one byte too many': { args: ['bob'], input: 'x'.repeat(64 * 1_024 + 1), says: /too long: 65536 bytes at most/ },
    'far too much': { args: ['bob', '--file', '/dev/zero'], says: /too long/ },
    'bytes that are no text': { args: ['bob', '--file', bytes], says: /is no UTF-8 text/ },
    'a file that is not there': { args: ['bob', '--file', '/none'], says: /cannot read \/none/ },
    'text and a file': { args: ['bob', 'hi', '--file', bytes], says: /not both/ },
    'a name that is none': { args: ['Bob', 'hi'], says: /USER is the name/ },
    oneself: { args: ['alice', 'hi'], says: /cannot send to yourself/ },
  };
  for (const [name, { args, input = '', says }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const { code, stdout, stderr } = await send(world, 'alice', args, { input });
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, says);
      assert.match(stderr, /^parley: [^\n]*\n$/);
    });
  }
});

test('send takes the account that --account names, and asks which where there are several', async () => {
  const { world: started, bob } = await friends();
  await using world = started;
  const data = world.clientFolder('alice');
  assert.equal((await parley(['join', world.invite, 'work', '--data', data])).code, 0);
  const { code, stderr } = await parley(['send', 'bob', 'hi', '--data', data]);
  assert.equal(code, 2);
  assert.match(stderr, /which account\? Name one of: alice@localhost:\d+, work@localhost:\d+\n$/);
  assert.equal((await parley(['send', 'bob', 'hi', '--data', data, '--account', 'alice'])).code, 0);
  await bob.next('message', { from: 'alice', text: 'hi' });
});

test('send ends with 1 without consent, and says how to ask', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await alice.quit();
  const stranger = await send(world, 'alice', ['bob', 'hi']);
  assert.equal(stranger.code, 1);
  assert.match(stranger.stderr, /^parley: bob has not agreed to talk with you: ask first, by "parley send --wait bob" or .*\n$/);

  bob.send({ do: 'request', user: 'alice' });
  const listening = world.start('alice', { command: ['listen'] });
  await listening.next('request', { from: 'bob' });
  assert.equal(await listening.interrupt(), 0);
  const asked = await send(world, 'alice', ['bob', 'hi']);
  assert.equal(asked.code, 1);
  assert.match(asked.stderr, /^parley: bob asks to talk with you: accept first, .*\n$/);
  assert.deepEqual(await exported(world, 'alice'), []);
});

test('send ends with 1 for somebody whom one has blocked', async () => {
  const { world: started, bob } = await friends();
  await using world = started;
  const alice = world.start('alice');
  await alice.next('ready');
  alice.send({ do: 'block', user: 'bob' });
  await alice.quit();
  const { code, stderr } = await send(world, 'alice', ['bob', 'hi']);
  assert.equal(code, 1);
  assert.match(stderr, /^parley: you have blocked bob: nothing was sent\n$/);
  assert.equal(bob.events.filter(({ event }) => event === 'message').length, 0);
});

test('send goes through where the answer to an earlier request waits in the mailbox, and leaves it to be told', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });
  await alice.quit();
  bob.send({ do: 'accept', user: 'alice' });
  await bob.quit();
  const { code, stderr } = await send(world, 'alice', ['bob', 'hi']);
  assert.deepEqual([code, stderr], [0, '']);
  await world.start('bob').next('message', { text: 'hi' });
  await world.start('alice', { command: ['listen'] }).next('accepted', { by: 'bob' });
});

test('send ends with 3 where no server is, and nothing is left that would be sent later', async () => {
  const { world: started, bob } = await friends();
  await using world = started;
  await world.server.stop();
  const { code, stdout, stderr } = await send(world, 'alice', ['bob', 'lost']);
  assert.deepEqual([code, stdout], [3, '']);
  assert.match(stderr, /^parley: cannot reach the server at localhost:\d+: nothing was sent, and nothing is left .*\n$/);
  assert.deepEqual(await exported(world, 'alice'), []);
  await world.restartServer();
  assert.equal((await send(world, 'alice', ['bob', 'again'])).code, 0);
  assert.equal((await bob.next('message')).text, 'again');
});

test('send ends with 4 where the server does not accept the device any more', async () => {
  await using world = await World.start();
  const { phrase } = await world.join('alice');
  const elsewhere = ['join', world.invite, 'alice', '--recover', '--data', world.clientFolder('elsewhere')];
  assert.equal((await parley(elsewhere, { env: { PARLEY_PHRASE: phrase } })).code, 0);
  const { code, stderr } = await send(world, 'alice', ['bob', 'hi']);
  assert.equal(code, 4);
  assert.match(stderr, /^parley: the server does not accept this account or device\n$/);
});

test('send ends with 5 while a chat has the vault open, and for a wrong passphrase', async () => {
  await using world = await World.start();
  const alice = await world.enter('alice');
  const locked = await send(world, 'alice', ['bob', 'hi']);
  assert.equal(locked.code, 5);
  assert.match(locked.stderr, /^parley: .*another parley process.*\n$/);
  await alice.quit();
  const wrong = await send(world, 'alice', ['bob', 'hi'], { env: { PARLEY_PASSPHRASE: 'not that one' } });
  assert.equal(wrong.code, 5);
});

test('send on a terminal asks for the passphrase, then says that it reads until Ctrl+D', {
  skip: unlessInstalled('script'),
}, async () => {
  const { world: started, bob } = await friends();
  await using world = started;
  const terminal = openTerminal(['send', 'bob', '--data', world.clientFolder('alice')]);
  await terminal.answer('Passphrase: ', PASSPHRASE);
  await terminal.answer('Ctrl+D on an empty line sends it', 'typed\rby hand\r\u0004');
  assert.equal((await bob.next('message')).text, 'typed\nby hand');
  assert.equal(await terminal.ended(), 0);
});
