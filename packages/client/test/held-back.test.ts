import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { CommitSchema, type Message, MessageSchema, RejoinSchema, ReplaceSchema } from '@parley/protocol/wire';
import { Healer } from '../src/conversations/healer.ts';
import { commitUpdate, MESSAGES_PER_UPDATE } from '../src/conversations/key-update.ts';
import type { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

/** A server that does not bring all messages, or not in the order in which they were sent. */

async function threeOf(scene: Scene, from: Device, to: string): Promise<[Message, Message, Message]> {
  return [await scene.say(from, to, 'one'), await scene.say(from, to, 'two'), await scene.say(from, to, 'three')];
}

const deliver = (device: Device, message: Message): Promise<void> =>
  device.deliver(Opcode.MESSAGE, toBinary(MessageSchema, message));

const texts = (device: Device): string[] => device.of('message').map(({ text }) => text);

const messages = (device: Device): string[] => device.of('error').map(({ code, user, message }) => `${code} ${user}: ${message}`);

async function historyOf(device: Device, peer: string): Promise<string[]> {
  const entries = await device.history.page(peer, { limit: 100 });
  return entries.map((entry) => (entry.kind === 'text' ? entry.text : entry.kind));
}

/** The body of a COMMIT that the server has taken. */
async function commitOf(device: Device): Promise<Uint8Array> {
  const { context } = device;
  await context.records.transact(async (transaction) => {
    const [[key, row] = assert.fail()] = context.records.conversations.rows;
    await commitUpdate(context, transaction, row, (await transaction.group(key)) ?? assert.fail());
  });
  return device.hand(Opcode.COMMIT, (body) => body);
}

test('tells of a message that is held back as soon as the next one comes, and marks the place', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const [one, , three] = await threeOf(scene, bob, 'alice');
  await deliver(alice, one);
  await deliver(alice, three);
  assert.deepEqual(messages(alice), [
    'unreadable bob: a message of bob is missing before this one: held back, late, or never sent',
  ]);
  assert.deepEqual(await historyOf(alice, 'bob'), ['one', 'gap', 'three']);
  assert.equal(alice.conversationWith('bob').broken, false, 'what comes can be read');
});

test('tells once of many that are held back, by their number', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const [, , three] = await threeOf(scene, bob, 'alice');
  await deliver(alice, three);
  await deliver(alice, await scene.say(bob, 'alice', 'four'));
  assert.deepEqual(messages(alice), [
    'unreadable bob: 2 messages of bob are missing before this one: held back, late, or never sent',
  ]);
});

test('shows a message that comes late, where it comes, after it was told to be missing', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const [one, two, three] = await threeOf(scene, bob, 'alice');
  for (const message of [two, one, three]) await deliver(alice, message);
  assert.deepEqual(await historyOf(alice, 'bob'), ['gap', 'two', 'one', 'three']);
  assert.deepEqual(alice.codes(), ['unreadable']);
});

test('tells no second time of a message that came and did not open', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const [one, two, three] = await threeOf(scene, bob, 'alice');
  await deliver(alice, one);
  await deliver(alice, { ...two, id: new Uint8Array(16) });
  await deliver(alice, three);
  assert.deepEqual(alice.codes(), ['unreadable']);
  assert.deepEqual(await historyOf(alice, 'bob'), ['one', 'gap', 'three']);
});

test('tells of those that are held back behind one that did not open', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const [one, , three] = await threeOf(scene, bob, 'alice');
  await deliver(alice, { ...one, id: new Uint8Array(16) });
  await deliver(alice, three);
  assert.deepEqual(alice.codes(), ['unreadable', 'unreadable']);
  assert.deepEqual(await historyOf(alice, 'bob'), ['gap', 'gap', 'three']);
});

test('says nothing of what a dropped mailbox has lost but that it was dropped', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const [, , three] = await threeOf(scene, bob, 'alice');
  await alice.deliver(Opcode.REJOIN, toBinary(RejoinSchema, create(RejoinSchema, {})));
  await deliver(alice, three);
  assert.deepEqual(alice.codes(), ['unreadable']);
  assert.deepEqual(await historyOf(alice, 'bob'), ['gap', 'three']);
});

test('says nothing where a message comes again that was encrypted anew, because the answer to it was lost', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  await bob.send('alice', 'one');
  const first = bob.waiting(Opcode.MESSAGE)[0] ?? assert.fail();
  await alice.deliver(Opcode.MESSAGE, first.body);
  await bob.refuse(first.key, 'stale_epoch');
  const { conversations } = bob.context.records;
  for (const [key, row] of conversations.rows) conversations.rows.set(key, { ...row, behind: false });
  await bob.send('alice', 'two');
  for (const { body } of bob.waiting(Opcode.MESSAGE)) await alice.deliver(Opcode.MESSAGE, body);
  assert.deepEqual([texts(alice), alice.codes()], [['one', 'two'], []]);
});

test('tells of what is held back behind copies of what was opened', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const [one, , three] = await threeOf(scene, bob, 'alice');
  for (const message of [one, one, one, three]) await deliver(alice, message);
  assert.deepEqual([texts(alice), alice.codes()], [['one', 'three'], ['unreadable']]);
});

test('says nothing where all come in order, over a renewal of the keys', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  for (const message of await threeOf(scene, bob, 'alice')) await deliver(alice, message);
  const { conversations } = bob.context.records;
  const key = [...conversations.rows.keys()][0] ?? assert.fail();
  const row = conversations.rows.get(key) ?? assert.fail();
  conversations.rows.set(key, { ...row, sentSinceUpdate: MESSAGES_PER_UPDATE });
  await bob.send('alice', 'in the next epoch');
  const commit = await bob.hand(Opcode.COMMIT, (body) => fromBinary(CommitSchema, body));
  await alice.deliver(Opcode.COMMIT, toBinary(CommitSchema, commit));
  await deliver(alice, await bob.hand(Opcode.MESSAGE, (body) => fromBinary(MessageSchema, body)));
  await deliver(alice, await scene.say(bob, 'alice', 'and another'));
  assert.deepEqual([texts(alice).length, alice.codes()], [5, []]);
});

test('marks what came before its commit and does not open after it in the conversation, and makes a new group', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const commit = await commitOf(bob);
  const early = await scene.say(bob, 'alice', 'after the commit');
  const ciphertext = early.ciphertext.map((byte, index) => (index === early.ciphertext.length - 1 ? byte ^ 1 : byte));
  await deliver(alice, { ...early, ciphertext });
  await alice.deliver(Opcode.COMMIT, commit);
  assert.deepEqual([alice.codes(), await historyOf(alice, 'bob')], [['unreadable'], ['gap']]);
  assert.deepEqual([alice.of('error')[0]?.user, alice.conversationWith('bob').broken], ['bob', true]);
});

test('waits for no commit that is held back for more than a minute: what was said after it is a gap then', async () => {
  const timers: { run: () => void; ms: number }[] = [];
  const setTimer = (run: () => void, ms: number) => {
    timers.push({ run, ms });
    return { cancel: () => {} };
  };
  const scene = await Scene.create({ setTimer });
  const { alice, bob } = await scene.pair();
  await commitOf(bob);
  await deliver(alice, await scene.say(bob, 'alice', 'after the commit'));
  assert.deepEqual([alice.codes(), alice.conversationWith('bob').future.length], [[], 1]);

  const healer = new Healer(alice.context, (error) => assert.fail(String(error)));
  healer.online();
  for (let waitedMs = 0; waitedMs < 60_000; ) {
    assert.equal(alice.conversationWith('bob').broken, false);
    const timer = timers.pop() ?? assert.fail();
    waitedMs += timer.ms;
    timer.run();
    await alice.settled();
  }
  assert.equal(alice.conversationWith('bob').broken, true);
  await bob.deliver(Opcode.REPLACE, toBinary(ReplaceSchema, await scene.replace(alice, bob)));
  assert.deepEqual(messages(alice), ['unreadable bob: 1 messages from bob could not be read: their keys have not come']);
});

test('takes no copy of what was opened for the proof that its own commit was taken', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const one = await scene.say(bob, 'alice', 'one');
  await deliver(alice, one);
  const { conversations } = alice.context.records;
  for (const [key, row] of conversations.rows) conversations.rows.set(key, { ...row, sentSinceUpdate: MESSAGES_PER_UPDATE });
  await alice.send('bob', 'its occasion');
  assert.equal(alice.conversationWith('bob').commitPending, true);
  // MLSMessage of RFC 9420: version u16, wire format u16, the group's id behind its length, then the epoch, u64.
  const forged = one.ciphertext.slice();
  forged[4 + 1 + one.conversation.length + 7] = 2;
  assert.equal(scene.environment.mls.readEpoch(forged).epoch, 2n);
  await deliver(alice, { ...one, ciphertext: forged });
  assert.equal(alice.conversationWith('bob').commitPending, true);
});
