import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { ErrorSchema, OkSchema, type SignedDeviceList, UserRecordSchema } from '@parley/protocol/wire';
import { type Reply, RequestError } from '../src/connection/reply.ts';
import { Healer } from '../src/conversations/healer.ts';
import { markBroken } from '../src/conversations/replaced.ts';
import { Scene } from './support/scene.ts';

/** What a server says of the other user when a conversation needs a new group, and what the user hears of it. */

const userReply = (devices: SignedDeviceList | undefined): Reply => {
  const value = create(UserRecordSchema, devices === undefined ? {} : { devices });
  return { kind: 'ok', ok: create(OkSchema, { result: { case: 'user', value } }) };
};
const errorReply = (code: string): Reply => ({ kind: 'error', error: new RequestError(create(ErrorSchema, { code })) });

/** Bob's conversation with alice is broken, and the server answers his questions for her devices with these, in turn. */
async function broken(replies: (carol: SignedDeviceList) => readonly Reply[]) {
  const timers = new Map<object, { run: () => void; delayMs: number }>();
  const scene = await Scene.create({
    setTimer: (run, delayMs) => {
      const timer = { cancel: () => void timers.delete(timer) };
      timers.set(timer, { run, delayMs });
      return timer;
    },
  });
  const { bob } = await scene.pair();
  const { list } = await scene.device('carol');
  const turns = replies(list);
  let asked = 0;
  bob.context.ask = async (opcode) => {
    assert.equal(opcode, Opcode.USER);
    asked += 1;
    return turns[asked % turns.length] ?? assert.fail();
  };
  const key = toHex(bob.conversationWith('alice').id);
  await bob.context.records.transact(async (transaction) => markBroken(bob.context, transaction, key));
  const healer = new Healer(bob.context, assert.ifError);
  /** The waits that are over, as the only ones there are. */
  const pass = async (): Promise<number[]> => {
    const due = [...timers.values()];
    timers.clear();
    for (const { run } of due) run();
    await bob.settled();
    return due.map(({ delayMs }) => delayMs);
  };
  healer.heal(key);
  await bob.settled();
  return { bob, healer, pass, asked: () => asked };
}

test('tells each lie by which no group can be made once, also when they take turns', async () => {
  const { bob, healer, pass } = await broken((carol) => [userReply(undefined), userReply(carol)]);
  for (let i = 0; i < 6; i += 1) await pass();
  healer.stop();
  const told = bob.of('error').map(({ message }) => message.replace(/.*: /, ''));
  assert.deepEqual(told.toSorted(), ['it came without a device list', 'the server gave the devices of somebody else']);
});

test('waits longer after each lie, whoever is said to be on line', async () => {
  const { healer, pass, asked, bob } = await broken(() => [userReply(undefined)]);
  for (let i = 0; i < 50; i += 1) {
    healer.present('alice');
    await bob.settled();
  }
  assert.equal(asked(), 1);
  const waits: number[] = [];
  for (let i = 0; i < 4; i += 1) waits.push(...(await pass()));
  healer.stop();
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000]);
});

test('tries again as soon as the other one is on line where the server has not lied', async () => {
  const { healer, asked, bob } = await broken(() => [errorReply('unknown_user')]);
  healer.present('alice');
  await bob.settled();
  healer.stop();
  assert.equal(asked(), 2);
});

test('says nothing where the server does not say who the devices are, and tries again', async () => {
  const { bob, healer, pass, asked } = await broken(() => [errorReply('unknown_user'), errorReply('quota_exceeded')]);
  for (let i = 0; i < 3; i += 1) await pass();
  healer.stop();
  assert.equal(asked(), 4);
  assert.deepEqual(bob.of('error'), []);
});
