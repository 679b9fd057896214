import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_FUTURE_MESSAGES, Opcode } from '@parley/protocol';
import type { Lie } from '../support/evil-server/evil-server.ts';
import { errorsOf, Scene, textsOf } from '../support/evil-server/scene.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { say } from '../support/world.ts';

/** A server that repeats changes of keys, holds them back, and tells two that each of them has won. */

/** A client changes its keys after so many messages, before the next one. */
const MESSAGES_PER_UPDATE = 500;

async function sendMany(from: ScriptClient, to: string, count: number, name: string): Promise<void> {
  const before = from.events.filter(({ event }) => event === 'sent').length;
  const commands = Array.from({ length: count }, (_, i) => ({ do: 'send', to, text: `${name} ${i}`, id: `${name} ${i}` }));
  from.send(...commands);
  await from.collect('sent', before + count);
}

/** COMMITs for this user are not pushed. */
function noCommitsFor(user: string): Lie {
  return { push: (item, to) => (to.username === user && item.opcode === Opcode.COMMIT ? [] : undefined) };
}

test('a change of keys that is repeated changes nothing, and nothing is said', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  await sendMany(alice, 'bob', MESSAGES_PER_UPDATE + 1, 'number');
  await bob.collect('message', MESSAGES_PER_UPDATE + 1);
  const [commit] = scene.evil.bodies('bob', Opcode.COMMIT);
  for (let i = 0; i < 2; i += 1) await scene.evil.inject('bob', Opcode.COMMIT, commit ?? assert.fail());
  await say(['alice', alice], ['bob', bob], 'after it', 'after');
  await say(['bob', bob], ['alice', alice], 'so it is', 'answer');
  assert.deepEqual([errorsOf(alice), errorsOf(bob)], [[], []]);
});

test('two who are told that each of them has changed the keys first notice, are told, and go on in a new group', async () => {
  await using scene = await Scene.start((honest) => ({
    async commit(commit) {
      const result = await honest.commit(commit);
      return typeof result === 'object' && result.refused === 'stale_epoch' ? 'duplicate' : result;
    },
  }));
  const { alice, bob } = await scene.friends();
  scene.evil.tell(noCommitsFor('bob'));
  scene.evil.tell(noCommitsFor('alice'));
  await sendMany(alice, 'bob', MESSAGES_PER_UPDATE, 'from alice');
  await sendMany(bob, 'alice', MESSAGES_PER_UPDATE, 'from bob');
  // Each commits before this one, and has an OK for both.
  for (const [client, to] of [[alice, 'bob'] as const, [bob, 'alice'] as const]) {
    client.send({ do: 'send', to, text: 'apart', id: 'apart' });
    await client.next('sent', { id: 'apart' });
  }
  await say(['alice', alice], ['bob', bob], 'together again', 'again');
  await say(['bob', bob], ['alice', alice], 'indeed', 'indeed');
  const errors = [alice, bob].flatMap(errorsOf);
  assert.ok(errors.length > 0);
  for (const error of errors) assert.match(error, /^unreadable (alice|bob): /);
  assert.ok(!textsOf(bob).includes('apart'), 'it had its OK, and is lost');
});

test('a change of keys that is held back is told when too much comes that was said after it, and a new group is made', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  const end = scene.evil.tell(noCommitsFor('bob'));
  await sendMany(alice, 'bob', MESSAGES_PER_UPDATE + MAX_FUTURE_MESSAGES + 1, 'number');
  await bob.next('error', { code: 'unreadable', user: 'alice' });
  end();
  await say(['bob', bob], ['alice', alice], 'where are you?', 'where');
  await say(['alice', alice], ['bob', bob], 'here', 'here');
  assert.equal(textsOf(bob).length, MESSAGES_PER_UPDATE + 1);
  const lost = `${MAX_FUTURE_MESSAGES} messages from alice could not be read: their keys have not come`;
  assert.deepEqual(errorsOf(bob), [
    'unreadable alice: a message in the conversation with alice could not be read: too many messages whose commit has not come',
    `unreadable alice: ${lost}`,
  ]);
});
