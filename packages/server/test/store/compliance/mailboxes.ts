import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { ALL, type TestDevice } from '../world.ts';

export function mailboxRules(setting: Setting): void {
  /** Bert with five items in his mailbox, at these positions. */
  async function filled() {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const conversation = await world.conversation(anna, bert);
    const positions = [1n << 32n, (1n << 32n) | 7n, (1n << 32n) | 0xffff_ffffn, 2n << 32n, (0x7fff_ffffn << 32n) | 1n];
    for (const position of positions) {
      const deliveries = [{ ...world.delivery(bert), position }];
      assert.equal(await world.store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries }), 'ok');
    }
    return { world, store: world.store, anna, bert, conversation, positions };
  }
  const left = async ({ device }: TestDevice, after = 0n, limit = 100) =>
    (await setting.world.store.readMailbox(device, after, limit, ALL)).map((item) => item.position);
  const acked = async (device: TestDevice) => (await setting.world.store.openSession(device))?.acked;

  test('reads items in order of position, after one, at most so many', async () => {
    const { bert, positions } = await filled();
    assert.deepEqual(await left(bert), positions);
    assert.deepEqual(await left(bert, positions[1]), positions.slice(2));
    assert.deepEqual(await left(bert, positions[1]! + 1n, 2), positions.slice(2, 4));
    assert.deepEqual(await left(bert, positions[4]), []);
    assert.deepEqual(await left(bert, 2n ** 64n - 1n), []);
    assert.deepEqual(await left(bert, -1n), positions);
  });

  test('reads no further than the item that fills the bytes asked for, and at least one', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const conversation = await world.conversation(anna, bert);
    const deliveries = [100, 100, 300, 1].map((length) => world.delivery(bert, world.fresh(length)));
    await world.store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries });
    const lengths = async (after: bigint, limit: number, maxBytes: number) =>
      (await world.store.readMailbox(bert.device, after, limit, maxBytes)).map((item) => item.body.length);
    assert.deepEqual(await lengths(0n, 10, 1), [100]);
    assert.deepEqual(await lengths(0n, 10, 200), [100, 100]);
    assert.deepEqual(await lengths(0n, 10, 201), [100, 100, 300]);
    assert.deepEqual(await lengths(0n, 10, 501), [100, 100, 300, 1]);
    assert.deepEqual(await lengths(0n, 1, 501), [100]);
    assert.deepEqual(await lengths(deliveries[1]!.position, 10, 1), [300]);
  });

  test('reads items in order of position though they were stored in another', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const conversation = await world.conversation(anna, bert);
    const deliveries = [9n, 3n, 6n].map((position) => ({ ...world.delivery(bert), position }));
    await world.store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries });
    assert.deepEqual(await left(bert), [3n, 6n, 9n]);
  });

  test('reads nothing for a device nobody has', async () => {
    assert.deepEqual(await setting.world.store.readMailbox('anna/0000000000000001', 0n, 10, ALL), []);
  });

  test('deletes everything up to an ACK and remembers it, also after a restart', async () => {
    const { world, store, bert, positions } = await filled();
    assert.equal(await store.ack({ by: bert, position: positions[2]! }), 'ok');
    assert.deepEqual(await left(bert), positions.slice(3));
    const reopened = await setting.reopen();
    assert.equal((await reopened.openSession(bert))?.acked, positions[2]);
    assert.deepEqual(
      (await reopened.readMailbox(bert.device, 0n, 10, ALL)).map((item) => item.position),
      positions.slice(3),
    );
    assert.equal(world.store, store);
  });

  test('remembers an ACK between two items', async () => {
    const { store, bert, positions } = await filled();
    await store.ack({ by: bert, position: positions[1]! + 5n });
    assert.deepEqual(await left(bert), positions.slice(2));
    assert.equal(await acked(bert), positions[1]! + 5n);
  });

  test('never takes an ACK back', async () => {
    const { store, bert, positions } = await filled();
    await store.ack({ by: bert, position: positions[2]! });
    for (const position of [positions[0]!, 0n, -5n]) assert.equal(await store.ack({ by: bert, position }), 'ok');
    assert.equal(await acked(bert), positions[2]);
  });

  test('remembers an ACK of what was never stored: it was pushed first', async () => {
    const { store, anna, bert, positions } = await filled();
    const beyond = positions[4]! + 9n;
    assert.equal(await store.ack({ by: bert, position: beyond }), 'ok');
    assert.deepEqual(await left(bert), []);
    assert.equal(await acked(bert), beyond);
    assert.equal(await store.ack({ by: anna, position: 1n << 40n }), 'ok');
    assert.equal(await acked(anna), 1n << 40n);
  });

  test('keeps what was pushed first, and leaves out devices that are not listed', async () => {
    const { world, store, bert, positions } = await filled();
    const late = { ...world.delivery(bert), position: positions[4]! + 1n };
    await store.keep([late, world.delivery({ device: 'bert/0000000000000009' })]);
    assert.deepEqual(await left(bert), [...positions, late.position]);
  });

  test('acknowledges for one device alone', async () => {
    const { world } = setting;
    const [[anna], [bert, sibling]] = await Promise.all([world.user('anna'), world.user('bert', 2)]);
    const conversation = await world.conversation(anna, bert, sibling!);
    const deliveries = [bert, sibling!].map((device) => world.delivery(device));
    await world.store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries });
    await world.store.ack({ by: bert, position: 2n ** 62n });
    assert.equal((await left(bert)).length, 0);
    assert.equal((await left(sibling!)).length, 1);
  });

  test('refuses an ACK of a session that was replaced', async () => {
    const { store, bert, positions } = await filled();
    await store.openSession(bert);
    assert.deepEqual(await store.ack({ by: bert, position: positions[4]! }), { refused: 'replaced' });
    assert.deepEqual(await left(bert), positions);
  });
}
