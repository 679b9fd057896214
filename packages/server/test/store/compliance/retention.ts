import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MailboxLimits } from '../../../src/store/entries.ts';
import type { Setting } from '../compliance.ts';
import { ALL, DAY_MS, type TestDevice, World } from '../world.ts';

const MESSAGE = 5;
const REJOIN = 18;

/** What becomes of a mailbox that holds too much, or for too long. */
export function retentionRules(setting: Setting): void {
  async function limited(limits: Partial<MailboxLimits>) {
    const store = await setting.reopen(limits);
    const world = new World(store);
    const [[anna], [bert, sibling]] = await Promise.all([world.user('anna'), world.user('bert', 2)]);
    const conversation = await world.conversation(anna, bert, sibling!);
    /** A message of so many bytes for a device; its position. */
    const send = async (length: number, to: TestDevice = bert): Promise<bigint> => {
      const delivery = world.delivery(to, world.fresh(length));
      assert.equal(await store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries: [delivery] }), 'ok');
      return delivery.position;
    };
    const items = async ({ device }: TestDevice = bert) =>
      (await store.readMailbox(device, 0n, 100, ALL)).map(({ opcode, position, body }) => [opcode, position, body.length]);
    const rejoin = (by = bert) => store.appendRejoin({ by, deliveries: [world.delivery(by, new Uint8Array(), REJOIN)] });
    return { world, store, anna, bert, sibling: sibling!, conversation, send, items, rejoin };
  }

  test('goes on with the time it was first told at a start, and later with the latest of its own', async () => {
    const { store, nowMs } = setting.world;
    assert.equal(await store.resumeTime(nowMs), nowMs);
    assert.equal(await store.resumeTime(nowMs + 400 * DAY_MS), nowMs, 'another clock at the next start');
    await store.expire(nowMs + DAY_MS);
    const again = await setting.reopen();
    await again.expire(nowMs);
    assert.equal(await again.resumeTime(nowMs - 400 * DAY_MS), nowMs + DAY_MS);
  });

  test('keeps as many bytes as a mailbox may hold', async () => {
    const { send, items } = await limited({ maxBytes: 300 });
    const first = await send(100);
    const second = await send(200);
    assert.deepEqual(await items(), [
      [MESSAGE, first, 100],
      [MESSAGE, second, 200],
    ]);
  });

  test('drops a mailbox that would hold too much: a REJOIN is in the place of its newest item, and what came is after it', async () => {
    const { send, items } = await limited({ maxBytes: 300 });
    await send(100);
    const newest = await send(200);
    const next = await send(1);
    assert.deepEqual(await items(), [
      [REJOIN, newest, 0],
      [MESSAGE, next, 1],
    ]);
  });

  test('drops one mailbox alone', async () => {
    const { send, items, sibling } = await limited({ maxBytes: 300 });
    const kept = await send(200, sibling);
    for (const length of [200, 200]) await send(length);
    assert.deepEqual(await items(sibling), [[MESSAGE, kept, 200]]);
    assert.equal((await items())[0]?.[0], REJOIN);
  });

  test('counts anew after a drop, and leaves one REJOIN when it drops again', async () => {
    const { send, items } = await limited({ maxBytes: 300 });
    const sent: bigint[] = [];
    for (const length of [200, 200, 100, 250]) sent.push(await send(length));
    assert.deepEqual(await items(), [
      [REJOIN, sent[2], 0],
      [MESSAGE, sent[3], 250],
    ]);
  });

  test('counts off what was acknowledged, also after a restart', async () => {
    const { world, store, bert, anna, conversation, send } = await limited({ maxBytes: 300 });
    await store.ack({ by: bert, position: await send(250) });
    await send(250);
    const again = await setting.reopen({ maxBytes: 300 });
    const deliveries = [world.delivery(bert, world.fresh(50))];
    await again.appendMessage({ by: anna, conversation, epoch: 1n, deliveries });
    const { device } = bert;
    assert.deepEqual(
      (await again.readMailbox(device, 0n, 10, ALL)).map(({ opcode }) => opcode),
      [MESSAGE, MESSAGE],
    );
    await again.appendMessage({ by: anna, conversation, epoch: 1n, deliveries: [world.delivery(bert, world.fresh(1))] });
    assert.deepEqual(
      (await again.readMailbox(device, 0n, 10, ALL)).map(({ opcode }) => opcode),
      [REJOIN, MESSAGE],
    );
  });

  test('takes one item that is larger than a whole mailbox', async () => {
    const { send, items } = await limited({ maxBytes: 300 });
    const position = await send(301);
    assert.deepEqual(await items(), [[MESSAGE, position, 301]]);
  });

  test('counts and drops for requests and answers too', async () => {
    const { world, store, bert, items } = await limited({ maxBytes: 300 });
    const [carl] = await world.user('carl');
    const [dora] = await world.user('dora');
    const first = world.delivery(bert, world.fresh(200), 2);
    await store.openRequest(world.request(carl, bert, { deliveries: [first] }));
    const second = world.delivery(bert, world.fresh(200), 2);
    assert.equal(await store.openRequest(world.request(dora, bert, { deliveries: [second] })), 'ok');
    assert.deepEqual(await items(), [
      [REJOIN, first.position, 0],
      [2, second.position, 200],
    ]);
  });

  test('lets an ACK of the dropped items take the REJOIN away: that device has lost nothing', async () => {
    const { store, bert, send, items } = await limited({ maxBytes: 300 });
    const dropped = await send(200);
    const kept = await send(200);
    assert.equal(await store.ack({ by: bert, position: dropped }), 'ok');
    assert.deepEqual(await items(), [[MESSAGE, kept, 200]]);
  });

  test('keeps what came within the lifetime of a mailbox, and drops it with the next item when its oldest is older', async () => {
    const { world, send, items } = await limited({ lifetimeMs: 60 * DAY_MS });
    const first = await send(10);
    world.nowMs += 60 * DAY_MS - 1;
    const second = await send(20);
    assert.deepEqual(await items(), [
      [MESSAGE, first, 10],
      [MESSAGE, second, 20],
    ]);
    world.nowMs += 1;
    const third = await send(30);
    assert.deepEqual(await items(), [
      [REJOIN, second, 0],
      [MESSAGE, third, 30],
    ]);
  });

  test('does not let a REJOIN age: what came after it is kept for its own lifetime', async () => {
    const { world, store, send, items } = await limited({ lifetimeMs: 60 * DAY_MS, maxBytes: 300 });
    const dropped = await send(200);
    const second = await send(200);
    world.nowMs += 59 * DAY_MS;
    const third = await send(50);
    assert.deepEqual(await items(), [
      [REJOIN, dropped, 0],
      [MESSAGE, second, 200],
      [MESSAGE, third, 50],
    ]);
    world.nowMs += DAY_MS;
    assert.deepEqual(await store.expire(world.nowMs), { mailboxes: 1 });
    assert.deepEqual(await items(), [[REJOIN, third, 0]]);
    world.nowMs += 59 * DAY_MS;
    const fourth = await send(10);
    world.nowMs += DAY_MS;
    assert.deepEqual(await store.expire(world.nowMs), { mailboxes: 0 });
    assert.deepEqual(await items(), [
      [REJOIN, third, 0],
      [MESSAGE, fourth, 10],
    ]);
  });

  test('expires the mailboxes that are too old, each once, and no others', async () => {
    const { world, store, send, items, sibling } = await limited({ lifetimeMs: 60 * DAY_MS });
    await send(10);
    const old = await send(20);
    world.nowMs += DAY_MS;
    const young = await send(10, sibling);
    world.nowMs += 59 * DAY_MS - 1;
    assert.deepEqual(await store.expire(world.nowMs), { mailboxes: 0 });
    world.nowMs += 1;
    assert.deepEqual(await store.expire(world.nowMs), { mailboxes: 1 });
    assert.deepEqual(await store.expire(world.nowMs), { mailboxes: 0 });
    assert.deepEqual(await items(), [[REJOIN, old, 0]]);
    assert.deepEqual(await items(sibling), [[MESSAGE, young, 10]]);
  });

  test('puts in a REJOIN where a device asks from a wrong position, unless one is there', async () => {
    const { store, bert, send, items, rejoin } = await limited({});
    await send(10);
    assert.equal(await rejoin(), 'ok');
    assert.equal(await rejoin(), 'duplicate');
    assert.deepEqual(
      (await items()).map(([opcode]) => opcode),
      [MESSAGE, REJOIN],
    );
    await store.ack({ by: bert, position: 2n ** 62n });
    assert.equal(await rejoin(), 'ok');
  });

  test('puts in no REJOIN beside that of a mailbox that was dropped', async () => {
    const { send, rejoin, items } = await limited({ maxBytes: 300 });
    for (const length of [200, 200]) await send(length);
    assert.equal(await rejoin(), 'duplicate');
    assert.equal((await items()).length, 2);
  });

  test('puts in no REJOIN for a session that was replaced, or for another device', async () => {
    const { world, store, anna, bert, rejoin, items } = await limited({});
    assert.equal(await store.appendRejoin({ by: anna, deliveries: [world.delivery(bert, new Uint8Array(), REJOIN)] }), 'ok');
    await store.openSession(bert);
    assert.deepEqual(await rejoin(), { refused: 'replaced' });
    assert.deepEqual(await items(), []);
  });
}
