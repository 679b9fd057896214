import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { AcceptSchema, MessageSchema, OkSchema, RttSchema } from '@parley/protocol/wire';
import { accept } from '../src/conversations/requests.ts';
import type { OutboxRow } from '../src/gen/rows_pb.ts';
import type { Device } from './support/device.ts';
import { Scene } from './support/scene.ts';

// The connection ended before the answer came. After the next login the mailbox may be faster than the repeated answer.

test('shows what is said in the epoch of its own commit before the OK to it has come', async () => {
  const { scene, alice, bob, commit } = await committed();
  await bob.deliver(Opcode.COMMIT, commit.body);
  await say(scene, bob, alice, 'one');
  await ok(alice, commit);
  await say(scene, bob, alice, 'two');
  assert.deepEqual([texts(alice), alice.codes()], [['one', 'two'], []]);
  const [waiting] = alice.waiting(Opcode.MESSAGE);
  await bob.deliver(Opcode.MESSAGE, waiting?.body ?? new Uint8Array(0));
  assert.deepEqual(texts(bob), ['its occasion']);
});

test('shows however much is said before the OK to its own commit', async () => {
  const { scene, alice, bob, commit } = await committed();
  await bob.deliver(Opcode.COMMIT, commit.body);
  for (let count = 0; count < 40; count += 1) await say(scene, bob, alice, `message ${count}`);
  await ok(alice, commit);
  assert.deepEqual([texts(alice).length, alice.codes()], [40, []]);
});

test('follows a commit of the other user that came before the OK to its own', async () => {
  const { scene, alice, bob, commit } = await committed();
  await bob.deliver(Opcode.COMMIT, commit.body);
  makeDue(bob);
  await bob.send('alice', 'in the epoch after');
  const [next] = bob.waiting(Opcode.COMMIT);
  assert.ok(next);
  await ok(bob, next);
  await alice.deliver(Opcode.COMMIT, next.body);
  await alice.deliver(Opcode.MESSAGE, await bob.hand(Opcode.MESSAGE, (body) => body));
  await ok(alice, commit);
  assert.deepEqual([texts(alice), alice.codes()], [['in the epoch after'], []]);
  await bob.deliver(Opcode.MESSAGE, await alice.hand(Opcode.MESSAGE, (body) => body));
  await say(scene, bob, alice, 'and on');
  assert.deepEqual([texts(bob), texts(alice)], [['its occasion'], ['in the epoch after', 'and on']]);
});

test('takes nothing for the OK to its commit that does not open in its epoch', async () => {
  const { scene, alice, bob, commit } = await committed();
  makeDue(bob);
  await bob.send('alice', 'x');
  const other = await bob.hand(Opcode.COMMIT, (body) => body);
  await alice.deliver(Opcode.MESSAGE, await bob.hand(Opcode.MESSAGE, (body) => body));
  assert.deepEqual([texts(alice), alice.codes()], [[], []]);
  await alice.deliver(Opcode.COMMIT, other);
  await alice.refuse(commit.key, 'stale_epoch');
  await say(scene, bob, alice, 'y');
  assert.deepEqual([texts(alice), alice.codes()], [['x', 'y'], []]);
});

test('opens what came too early once its own commit has its OK', async () => {
  const { scene, alice, bob, commit } = await committed();
  await bob.deliver(Opcode.COMMIT, commit.body);
  const early = toBinary(MessageSchema, await scene.say(bob, 'alice', 'too early'));
  const { rows } = alice.context.records.conversations;
  for (const [key, row] of rows) rows.set(key, { ...row, future: [early] });
  await ok(alice, commit);
  assert.deepEqual([texts(alice), alice.codes()], [['too early'], []]);
});

test('shows what is said in a conversation before the OK to the ACCEPT that made it', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await bob.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(alice, 'bob')));
  await accept(bob.context, 'alice');
  await bob.settled();
  const [row] = bob.waiting(Opcode.ACCEPT);
  assert.ok(row);
  const answer = { ...fromBinary(AcceptSchema, row.body), fromDevices: bob.list };
  await alice.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, answer));
  await say(scene, alice, bob, 'hello');
  await bob.send('alice', 'waits for the OK');
  assert.deepEqual([texts(bob), bob.codes(), bob.waiting(Opcode.MESSAGE)[0]?.body.length], [['hello'], [], 0]);
  await ok(bob, row);
  await alice.deliver(Opcode.MESSAGE, await bob.hand(Opcode.MESSAGE, (body) => body));
  assert.deepEqual(texts(alice), ['waits for the OK']);
});

/** Two who talk, and a commit of alice that has no answer yet. */
async function committed(): Promise<{ scene: Scene; alice: Device; bob: Device; commit: OutboxRow }> {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  makeDue(alice);
  await alice.send('bob', 'its occasion');
  const [commit] = alice.waiting(Opcode.COMMIT);
  assert.ok(commit);
  return { scene, alice, bob, commit };
}

/** With its next message the device renews its keys. */
function makeDue(device: Device): void {
  const { rows } = device.context.records.conversations;
  for (const [key, row] of rows) rows.set(key, { ...row, updateDueMs: 1 });
}

async function say(scene: Scene, from: Device, to: Device, text: string): Promise<void> {
  await to.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(from, to.username, text)));
}

function ok(device: Device, row: OutboxRow): Promise<void> {
  return device.reply(row.key, { kind: 'ok', ok: create(OkSchema) });
}

function texts(device: Device): string[] {
  return device.of('message').map(({ text }) => text);
}
