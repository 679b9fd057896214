import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { MessageSchema, type Replace, ReplaceSchema } from '@parley/protocol/wire';
import { replaceGroup } from '../src/conversations/replace-group.ts';
import { markBroken } from '../src/conversations/replaced.ts';
import type { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

/** The server's answer to a REPLACE names the group that has the place, before the REPLACE of that comes (models/epochs.pml, OVERTAKING). */

/** Bob's own REPLACE loses to as many of alice's, and the last of those is named to him. */
async function outrun(count: number): Promise<{ scene: Scene; alice: Device; bob: Device; replaces: Replace[]; named: string }> {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  await alice.publish();
  const key = toHex(bob.conversationWith('alice').id);
  await bob.context.records.transact(async (transaction) => markBroken(bob.context, transaction, key));
  assert.equal(await replaceGroup(bob.context, key), 'done');
  const [lost] = bob.waiting(Opcode.REPLACE);
  assert.ok(lost);
  const replaces: Replace[] = [];
  for (let i = 0; i < count; i += 1) replaces.push(await scene.replace(alice, bob));
  const { id } = alice.conversationWith('bob');
  await bob.send('alice', 'written meanwhile');
  await bob.refuse(lost.key, 'stale_epoch', { winnerConversation: id });
  return { scene, alice, bob, replaces, named: toHex(id) };
}

const deliver = (device: Device, replace: Replace): Promise<void> =>
  device.deliver(Opcode.REPLACE, toBinary(ReplaceSchema, replace));

test('what waits is sent as soon as the group that was named is joined', async () => {
  const { alice, bob, replaces } = await outrun(1);
  for (const replace of replaces) await deliver(bob, replace);
  const [waiting] = bob.waiting(Opcode.MESSAGE);
  assert.ok(waiting !== undefined && waiting.body.length > 0, 'it is encrypted');
  const message = fromBinary(MessageSchema, waiting.body);
  await alice.deliver(Opcode.MESSAGE, toBinary(MessageSchema, message));
  assert.equal(alice.of('message').at(-1)?.text, 'written meanwhile');
});

test('joins the groups before the one that was named, and then that one', async () => {
  const { scene, alice, bob, replaces, named } = await outrun(2);
  const [first, last] = replaces;
  assert.ok(first !== undefined && last !== undefined);
  await deliver(bob, first);
  assert.notEqual(toHex(bob.conversationWith('alice').id), named);
  await deliver(bob, last);
  assert.equal(toHex(bob.conversationWith('alice').id), named);
  assert.equal(bob.conversationWith('alice').broken, false);
  await bob.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(alice, 'bob', 'together again')));
  assert.equal(bob.of('message').at(-1)?.text, 'together again');
  assert.deepEqual(bob.codes(), []);
});
