import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { parley, spawnParley, within } from '../support/process.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { send } from '../support/send-command.ts';
import { runFor } from '../support/vaults.ts';
import { befriend, say, World } from '../support/world.ts';

/** Alice and bob have agreed to talk; alice is on line, bob is not. */
async function friends(): Promise<{ world: World; alice: ScriptClient }> {
  const world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await bob.quit();
  return { world, alice };
}

async function sendTo(user: string, from: ScriptClient, text: string): Promise<void> {
  from.send({ do: 'send', to: user, text, id: text });
  await from.next('sent', { id: text });
}

const textsOf = (client: ScriptClient): unknown[] =>
  client.events.filter(({ event }) => event === 'message').map(({ text }) => text);

test('listen --json prints the events of script mode until it is told to end', async () => {
  const { world: started, alice } = await friends();
  await using world = started;
  const listening = world.start('bob', { command: ['listen'] });
  assert.equal((await listening.next('ready')).user, 'bob');
  await listening.next('users');
  const { id } = await say(['alice', alice], ['bob', listening], 'hello', '1');
  assert.match(String(id), /^[0-9a-f]{32}$/);
  await alice.quit();
  await listening.next('presence', { user: 'alice', online: false });
  await world.server.stop();
  await listening.next('offline');
  process.kill(listening.pid, 'SIGTERM');
  assert.equal(await listening.ended(), 0);
  assert.equal(listening.stderr, '');
});

test('what has come while send ran, or between, is printed by listen, once', async () => {
  const { world: started, alice } = await friends();
  await using world = started;
  for (const text of ['one', 'two', 'three']) {
    await sendTo('bob', alice, text);
    assert.equal((await send(world, 'bob', ['alice', `after ${text}`])).code, 0);
    await alice.next('message', { text: `after ${text}` });
  }
  const listening = world.start('bob', { command: ['listen'] });
  await listening.next('message', { text: 'three' });
  assert.deepEqual(textsOf(listening), ['one', 'two', 'three']);
  assert.equal(listening.events.filter(({ event }) => event === 'sent').length, 0, 'send has told that');
  assert.equal(await listening.interrupt(), 0);

  const again = world.start('bob', { command: ['listen'] });
  await again.next('users');
  await say(['alice', alice], ['bob', again], 'four', '4');
  assert.deepEqual(textsOf(again), ['four']);
});

test('listen --from prints what one user does, and leaves the others to the next', async () => {
  const { world: started, alice } = await friends();
  await using world = started;
  const [bob, carol] = [world.start('bob'), await world.enter('carol')];
  await bob.next('ready');
  await befriend(['carol', carol], ['bob', bob]);
  await bob.quit();
  await sendTo('bob', carol, 'of carol');
  await sendTo('bob', alice, 'of alice');
  const listening = world.start('bob', { command: ['listen', '--from', 'alice'] });
  await listening.next('message', { text: 'of alice' });
  await say(['alice', alice], ['bob', listening], 'more', '2');
  assert.equal(await listening.interrupt(), 0);
  assert.deepEqual([...new Set(listening.events.map(({ event }) => event))].sort(), ['message', 'ready']);
  const others = world.start('bob', { command: ['listen'] });
  await others.next('message', { text: 'of carol' });
  assert.deepEqual(textsOf(others), ['of carol']);
});

test('listen prints lines for people, in which nothing that a peer wrote can do harm', async () => {
  const { world: started, alice } = await friends();
  await using world = started;
  const lines = world.startLines('bob', 'listen');
  await lines.shows(/^Listening as bob on localhost:\d+\. Ctrl\+C ends\.\n/);
  await sendTo('bob', alice, '\u001b[2J\u001b]0;title\u0007one\ntwo\u202e\u2066');
  await lines.shows(/\d\d:\d\d alice: \ufffd\[2J\ufffd\]0;title\ufffdone\n {6}alice: two\ufffd\ufffd\n/);
  const carol = await world.enter('carol');
  carol.send({ do: 'request', user: 'bob' });
  await lines.shows(/carol asks to talk - safety number (\d{5} ){11}\d{5}: "parley chat" can accept or refuse\n/);
  assert.doesNotMatch(lines.written.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  process.kill(lines.pid, 'SIGINT');
  assert.equal(await lines.ended(), 0);
});

test('listen ends with 0 when nobody reads any more, and what nobody was given is printed by the next', async () => {
  const { world: started, alice } = await friends();
  await using world = started;
  await sendTo('bob', alice, 'before');
  const listen = ['listen', '--json', world.account('bob'), '--data', world.clientFolder('bob')];
  const deaf = spawnParley(listen);
  deaf.stdout.destroy();
  const [code] = await within(once(deaf, 'exit'), 'listen to end', () => deaf.kill('SIGKILL'));
  assert.equal(code, 0);

  const first = spawnParley(listen);
  let written = '';
  first.stdout.on('data', (text: string) => {
    written += text;
  });
  while (!written.includes('"before"')) await within(once(first.stdout, 'data'), 'the message from before');
  first.stdout.destroy();
  const ended = once(first, 'exit');
  await sendTo('bob', alice, 'unread');
  assert.equal((await within(ended, 'listen to end', () => first.kill('SIGKILL')))[0], 0);

  const second = world.start('bob', { command: ['listen'] });
  await second.next('message', { text: 'unread' });
  assert.deepEqual(textsOf(second), ['unread']);
});

test('listen waits for a server that is away, and ends with 4 and 5 as chat does', async () => {
  await using world = await World.start();
  const { phrase } = await world.join('alice');
  await world.server.stop();
  const listening = world.start('alice', { command: ['listen'] });
  await listening.next('offline');
  const locked = await runFor(world, 'alice', ['listen']);
  assert.deepEqual([locked.code, locked.stdout], [5, '']);
  assert.match(locked.stderr, /^parley: .*another parley process.*\n$/);
  await world.restartServer();
  await listening.next('ready');
  assert.equal(await listening.interrupt(), 0);
  const elsewhere = ['join', world.invite, 'alice', '--recover', '--data', world.clientFolder('elsewhere')];
  assert.equal((await parley(elsewhere, { env: { PARLEY_PHRASE: phrase } })).code, 0);
  assert.equal((await runFor(world, 'alice', ['listen'])).code, 4);
  assert.equal((await runFor(world, 'alice', ['listen', '--from', 'A'])).code, 2);
});
