import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { ErrorSchema, MessageSchema, RejoinSchema } from '@parley/protocol/wire';
import { changing, holdingBack, swapping } from '../support/evil-server/mailbox-lies.ts';
import { errorsOf, Scene, textsOf } from '../support/evil-server/scene.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { befriend, say } from '../support/world.ts';

/** A server that repeats, reorders, changes, holds back and rolls back what is in a mailbox. */

const HELD_BACK = 'unreadable alice: a message of alice is missing before this one: held back, late, or never sent';

async function sendOnly(from: ScriptClient, to: string, text: string): Promise<void> {
  from.send({ do: 'send', to, text, id: text });
  await from.next('sent', { id: text });
}

test('a message that is held back for ever is told to be missing when the next one comes; its sender has an OK and cannot know', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  await say(['alice', alice], ['bob', bob], 'one', '1');
  scene.evil.tell(holdingBack('bob', Opcode.MESSAGE));
  await sendOnly(alice, 'bob', 'two');
  await say(['alice', alice], ['bob', bob], 'three', '3');
  assert.deepEqual([textsOf(bob), errorsOf(bob)], [['one', 'three'], [HELD_BACK]]);
  await say(['bob', bob], ['alice', alice], 'what was two?', '1');
  await say(['alice', alice], ['bob', bob], 'four', '4');
  assert.deepEqual([errorsOf(alice), errorsOf(bob).length], [[], 1], 'nothing more');
});

test('messages in another order than they were sent are shown as they come, and the disorder is named', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  scene.evil.tell(swapping('bob', Opcode.MESSAGE));
  for (const text of ['one', 'two']) alice.send({ do: 'send', to: 'bob', text, id: text });
  await bob.collect('message', 2);
  await say(['alice', alice], ['bob', bob], 'three', '3');
  assert.deepEqual([textsOf(bob), errorsOf(bob)], [['two', 'one', 'three'], [HELD_BACK]]);
});

test('messages that are repeated, under new positions or old ones, are shown once and without a word', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  for (const text of ['one', 'two']) await say(['alice', alice], ['bob', bob], text, text);
  for (const body of scene.evil.bodies('bob', Opcode.MESSAGE)) await scene.evil.inject('bob', Opcode.MESSAGE, body);
  const [session] = scene.evil.sessionsOf('bob');
  for (const { to, item } of [...scene.evil.items]) if (to === 'bob') session?.push(item);
  await say(['alice', alice], ['bob', bob], 'three', 'three');
  assert.deepEqual([textsOf(bob), errorsOf(bob)], [['one', 'two', 'three'], []]);
  assert.equal(bob.events.filter(({ event }) => event === 'request').length, 1);
});

test('a mailbox that is rolled back to its beginning shows nothing twice, and that the server claims another position is named', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  for (const text of ['one', 'two']) await say(['alice', alice], ['bob', bob], text, text);
  const old = scene.evil.items.filter(({ to }) => to === 'bob');
  scene.evil.say('bob', Opcode.ERROR, ErrorSchema, { code: 'state_mismatch', detail: 'who are you?' });
  const [session] = scene.evil.sessionsOf('bob');
  for (const { item } of old) session?.push(item);
  await say(['alice', alice], ['bob', bob], 'three', 'three');
  assert.deepEqual([textsOf(bob), errorsOf(bob)], [['one', 'two', 'three'], ['state_mismatch -: who are you?']]);
});

test('a REJOIN that is made up costs a new group and is named, and what is said goes on', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  await say(['alice', alice], ['bob', bob], 'one', '1');
  await scene.evil.deliver('bob', Opcode.REJOIN, RejoinSchema, {});
  await say(['bob', bob], ['alice', alice], 'what has become of it?', '1');
  await say(['alice', alice], ['bob', bob], 'nothing', '2');
  const lost = 'what was sent to this device before is gone from the server, or its data is an old copy';
  assert.deepEqual(errorsOf(bob), [`unreadable -: ${lost}: messages are missing in 1 conversations, which go on with new keys`]);
});

test('a message of one conversation that comes in another, or under another id, is not shown and named', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  const carol = await scene.enter('carol');
  await befriend(['carol', carol], ['bob', bob]);
  await say(['alice', alice], ['bob', bob], 'it is me', '1');
  const { conversation } = fromBinary(MessageSchema, scene.evil.bodies('bob', Opcode.MESSAGE)[0] ?? assert.fail());
  const change = (more: object) => (body: Uint8Array) => toBinary(MessageSchema, { ...fromBinary(MessageSchema, body), ...more });

  scene.evil.tell(changing('bob', Opcode.MESSAGE, change({ conversation })));
  await sendOnly(carol, 'bob', 'I am alice');
  await bob.next('error', { code: 'unreadable' });
  scene.evil.tell(changing('bob', Opcode.MESSAGE, change({ id: nodeCrypto.randomBytes(16) })));
  await sendOnly(alice, 'bob', 'under another id');
  await bob.next('error', { code: 'unreadable' });
  assert.deepEqual(textsOf(bob), ['it is me']);
  assert.deepEqual(errorsOf(bob), [
    'unreadable alice: a message in the conversation with alice could not be read: a message of another group',
    'unreadable alice: a message in the conversation with alice could not be read: a message whose ids differ',
  ]);

  scene.evil.tell(changing('bob', Opcode.MESSAGE, change({ epoch: 7n })));
  await say(['alice', alice], ['bob', bob], 'of an epoch that the server says', '3');
  await say(['carol', carol], ['bob', bob], 'and I am carol', '2');
  assert.match(errorsOf(bob).slice(2).join('\n'), /^unreadable carol: a message of carol is missing before this one: [^\n]*$/);
});

test('a message of her own that comes back to Alice is not shown as Bob’s, and the group is replaced', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  await say(['alice', alice], ['bob', bob], 'mine', '1');
  await scene.evil.inject('alice', Opcode.MESSAGE, scene.evil.bodies('bob', Opcode.MESSAGE)[0] ?? assert.fail());
  assert.deepEqual(textsOf(alice), []);
  assert.match(
    errorsOf(alice).join('\n'),
    /^unreadable bob: a message in the conversation with bob could not be read: the message does not open$/,
  );
  await say(['alice', alice], ['bob', bob], 'still mine', '2');
  await say(['bob', bob], ['alice', alice], 'yours', '1');
});
