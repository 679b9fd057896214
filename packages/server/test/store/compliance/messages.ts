import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { ALL, hex } from '../world.ts';

export function messageRules(setting: Setting): void {
  async function talking() {
    const { world } = setting;
    const [[anna], [bert], [carl]] = await Promise.all([world.user('anna'), world.user('bert'), world.user('carl')]);
    const conversation = await world.conversation(anna, bert);
    return { world, store: world.store, anna, bert, carl, conversation };
  }

  test('appends a MESSAGE to the mailboxes of members', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const delivery = world.delivery(bert);
    assert.equal(await store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries: [delivery] }), 'ok');
    const { position, opcode, body } = delivery;
    assert.deepEqual(await store.readMailbox(bert.device, 0n, 10, ALL), [{ position, opcode, body }]);
  });

  test('appends an empty body', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const deliveries = [world.delivery(bert, new Uint8Array())];
    assert.equal(await store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries }), 'ok');
    assert.deepEqual(await world.mailbox(bert), ['']);
  });

  test('withholds a MESSAGE from devices that are not members', async () => {
    const { world, store, anna, bert, carl, conversation } = await talking();
    const deliveries = [world.delivery(carl), world.delivery(bert), world.delivery({ device: 'bert/0000000000000009' })];
    const answer = await store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries });
    assert.deepEqual(answer, { withheld: [carl.device, 'bert/0000000000000009'] });
    assert.deepEqual(await world.mailbox(carl), []);
    assert.equal((await world.mailbox(bert)).length, 1);
  });

  test('refuses a MESSAGE in a conversation that does not exist', async () => {
    const { world, store, anna, bert } = await talking();
    const message = { by: anna, conversation: world.fresh(), epoch: 1n, deliveries: [world.delivery(bert)] };
    assert.deepEqual(await store.appendMessage(message), { refused: 'unknown_conversation' });
    assert.equal(await store.findConversation(message.conversation), undefined);
  });

  test('refuses a MESSAGE of a device that is not a member', async () => {
    const { world, store, bert, carl, conversation } = await talking();
    const message = { by: carl, conversation, epoch: 1n, deliveries: [world.delivery(bert)] };
    assert.deepEqual(await store.appendMessage(message), { refused: 'not_member' });
    assert.deepEqual(await world.mailbox(bert), []);
  });

  test('refuses a MESSAGE of any epoch but the current one', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    await store.commit(world.commit(bert, conversation, 1n));
    for (const epoch of [0n, 1n, 3n, 2n ** 64n - 1n]) {
      const message = { by: anna, conversation, epoch, deliveries: [world.delivery(bert)] };
      assert.deepEqual(await store.appendMessage(message), { refused: 'stale_epoch' });
    }
    assert.deepEqual(await world.mailbox(bert), []);
    assert.equal(await store.appendMessage({ by: anna, conversation, epoch: 2n, deliveries: [world.delivery(bert)] }), 'ok');
  });

  test('refuses a MESSAGE of a session that was replaced', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    await store.openSession(anna);
    const message = { by: anna, conversation, epoch: 1n, deliveries: [world.delivery(bert)] };
    assert.deepEqual(await store.appendMessage(message), { refused: 'replaced' });
    assert.deepEqual(await world.mailbox(bert), []);
  });

  test('refuses a write of a session that was never opened', async () => {
    const { world, store, bert, conversation } = await talking();
    await world.invite('dora');
    await store.register(world.registration('dora'));
    const by = { device: 'dora/0000000000000001', session: 0 } as const;
    const message = { by, conversation, epoch: 1n, deliveries: [world.delivery(bert)] };
    assert.deepEqual(await store.appendMessage(message), { refused: 'replaced' });
  });

  test('rejects a position outside 1 to 2^63 - 1 as a fault of the caller, and goes on', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const append = (position: bigint) =>
      store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries: [{ ...world.delivery(bert), position }] });
    for (const position of [-1n, 0n, 2n ** 63n]) await assert.rejects(append(position), RangeError);
    assert.equal(await append(2n ** 63n - 1n), 'ok');
    assert.equal((await store.readMailbox(bert.device, 0n, 10, ALL))[0]?.position, 2n ** 63n - 1n);
  });

  test('copies what it is given at once', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const record = new Uint8Array(60_000).fill(7);
    const body = record.subarray(100, 200);
    const appended = store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries: [world.delivery(bert, body)] });
    record.fill(0);
    await appended;
    assert.deepEqual(await world.mailbox(bert), [hex(new Uint8Array(100).fill(7))]);
  });
}
