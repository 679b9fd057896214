import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { deviceEntry, type TestDevice } from '../world.ts';

/** A conversation that nobody at one end can read any more. */
export function readerRules(setting: Setting): void {
  const stale = { refused: 'stale_epoch' };

  async function talking() {
    const { world } = setting;
    const [[anna], [bert, tablet]] = await Promise.all([world.user('anna'), world.user('bert', 2)]);
    const conversation = await world.conversation(anna, bert, tablet!);
    const send = (by: TestDevice, to: TestDevice) =>
      world.store.appendMessage({ by, conversation, epoch: 1n, deliveries: [world.delivery(to)] });
    const isOpen = async () => (await world.store.findConversation(conversation))?.isOpen;
    return { world, store: world.store, anna, bert, tablet: tablet!, conversation, send, isOpen };
  }

  /** From now on a user has one device alone, of this number. */
  async function recover(username: string, number: number, version = 2n): Promise<TestDevice> {
    const { world } = setting;
    const entry = deviceEntry(username, number);
    const change = { proof: 'recovery', version, devices: [entry], device: entry.key } as const;
    assert.equal(await world.register(world.registration(username, 1, change)), 'registered');
    return world.login(username, entry);
  }

  test('takes a MESSAGE while one device of the other user is listed', async () => {
    const { anna, tablet, send, isOpen } = await talking();
    assert.equal(await isOpen(), true);
    await recover('bert', 2);
    assert.equal(await isOpen(), false, 'not all its members are listed');
    assert.equal(await send(anna, tablet), 'ok');
  });

  test('refuses a MESSAGE when no device of the other user in the conversation is listed', async () => {
    const { world, anna, bert, send, isOpen } = await talking();
    const phone = await recover('bert', 3);
    const before = await world.mailbox(phone);
    assert.equal(await isOpen(), false);
    assert.deepEqual(await send(anna, bert), stale);
    assert.deepEqual(await send(anna, phone), stale);
    assert.deepEqual(await world.mailbox(phone), before);
  });

  test('refuses a MESSAGE to a user without devices in the conversation from a blocked sender too', async () => {
    const { world, store, anna, bert, send } = await talking();
    await store.setBlocked({ by: bert, user: 'anna', blocked: true, nowMs: world.nowMs });
    await recover('bert', 3);
    assert.deepEqual(await send(anna, bert), stale);
  });

  test('still takes a COMMIT where no device of the other user is listed', async () => {
    const { world, store, anna, conversation } = await talking();
    await recover('bert', 3);
    assert.equal(await store.commit(world.commit(anna, conversation, 1n)), 'ok');
  });

  test('refuses an RTT while each of the two has a listed device in their conversation', async () => {
    const { world, store, anna, bert } = await talking();
    const tablet = await recover('bert', 2);
    assert.deepEqual(await store.openRequest(world.request(anna, tablet)), { refused: 'already_answered' });
    assert.deepEqual(await store.openRequest(world.request(tablet, anna)), { refused: 'already_answered' });
    assert.equal((await world.mailbox(bert)).length, 0);
  });

  test('takes an RTT of a user who has lost all devices, before the other one has replaced the conversation', async () => {
    const { world, store, anna } = await talking();
    const phone = await recover('bert', 3);
    assert.equal(await store.openRequest(world.request(phone, anna)), 'ok');
  });

  test('takes RTT and ACCEPT after both have lost all devices, and the old conversation is replaced', async () => {
    const { world, store, conversation, isOpen } = await talking();
    const bert = await recover('bert', 3);
    const anna = await recover('anna', 3);
    const request = world.request(anna, bert);
    assert.equal(await store.openRequest(request), 'ok');
    const acceptance = world.acceptance(bert, anna, request);
    assert.equal(await store.acceptRequest(acceptance), 'ok');
    assert.deepEqual(await store.contacts('anna'), ['bert']);
    assert.equal(await isOpen(), false);
    assert.equal((await store.findConversation(acceptance.conversation))?.isOpen, true);
    assert.deepEqual(await store.openRequest(world.request(anna, bert)), { refused: 'already_answered' });
    // Nothing else may take the place of the old one beside the new one.
    assert.deepEqual(await store.replaceConversation(world.replacement(bert, anna, conversation)), {
      refused: 'stale_epoch',
      winner: acceptance.conversation,
    });
  });

  test('refuses a MESSAGE into a conversation that an ACCEPT has replaced, though its devices are listed again', async () => {
    const { world, store, anna, conversation } = await talking();
    const phone = await recover('bert', 3);
    const request = world.request(phone, anna);
    await store.openRequest(request);
    assert.equal(await store.acceptRequest(world.acceptance(anna, phone, request)), 'ok');
    const bert = await recover('bert', 1, 3n);
    const message = { by: anna, conversation, epoch: 1n, deliveries: [world.delivery(bert)] };
    assert.deepEqual(await store.appendMessage(message), stale);
  });
}
