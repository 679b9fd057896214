import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { bytes, deviceEntry, hex } from '../world.ts';

export function recoveryRules(setting: Setting): void {
  const recovery = (change: object = {}) =>
    setting.world.registration('anna', 1, { proof: 'recovery', version: 2n, devices: [deviceEntry('anna', 2)], ...change });

  test('takes a higher list of the same identity, and the old device is gone', async () => {
    const { world } = setting;
    const [old] = await world.user('anna');
    assert.equal(await world.register(recovery({ deviceList: bytes('list 2', 100) })), 'registered');
    const user = await world.store.findUser('anna');
    assert.equal(user?.version, 2n);
    assert.deepEqual(user?.deviceList, bytes('list 2', 100));
    assert.deepEqual(user?.devices, [deviceEntry('anna', 2)]);
    assert.equal(await world.store.openSession(old), undefined);
    assert.deepEqual(await world.store.ack({ by: old, position: 1n }), { refused: 'replaced' });
  });

  test('keeps mailbox and session of a device that the new list has too', async () => {
    const { world } = setting;
    const [kept, dropped] = await world.user('anna', 2);
    const [bert] = await world.user('bert');
    const conversation = await world.conversation(bert, kept, dropped!);
    const deliveries = [world.delivery(kept), world.delivery(dropped!)];
    await world.store.appendMessage({ by: bert, conversation, epoch: 1n, deliveries });
    assert.equal(await world.register(recovery({ devices: [deviceEntry('anna', 1), deviceEntry('anna', 3)] })), 'registered');
    assert.equal((await world.mailbox(kept)).length, 1);
    assert.equal((await world.mailbox(dropped!)).length, 0);
    assert.equal(await world.store.ack({ by: kept, position: 0n }), 'ok');
  });

  test('treats a device with the same id and other keys as a new one, fenced from the old', async () => {
    const { world } = setting;
    const [old] = await world.user('anna');
    await world.store.publishKeys({ by: old, oneTime: [bytes('key package')], lastResort: undefined });
    assert.equal(await world.register(recovery({ devices: [deviceEntry('anna', 1, 'new')] })), 'registered');
    const opened = await world.store.openSession({ ...old, channelKey: deviceEntry('anna', 1, 'new').channelKey });
    assert.ok(opened !== undefined && opened.session > old.session);
    const by = { device: old.device, session: opened.session };
    assert.deepEqual(await world.store.publishKeys({ by, oneTime: [], lastResort: undefined }), { left: 0 });
    assert.deepEqual(await world.store.ack({ by: old, position: 1n }), { refused: 'replaced' });
  });

  test('takes a recovery that is sent again as a login', async () => {
    await setting.world.user('anna');
    assert.equal(await setting.world.register(recovery()), 'registered');
    assert.equal(await setting.world.register(recovery()), 'already');
  });

  test('takes a higher list that drops a device though the others are there already', async () => {
    const { world } = setting;
    const [, second] = await world.user('anna', 2);
    assert.equal(await world.register(recovery({ devices: [deviceEntry('anna', 1)] })), 'registered');
    assert.equal(await world.store.openSession(second!), undefined);
  });

  test('refuses to recover a name nobody has', async () => {
    assert.deepEqual(await setting.world.register(recovery()), { refused: 'auth_failed' });
  });

  test('refuses to recover with another identity key', async () => {
    await setting.world.user('anna');
    const other = recovery({ identityKey: bytes('somebody else', 32) });
    assert.deepEqual(await setting.world.store.register(other), { refused: 'auth_failed' });
  });

  test('refuses to recover with a version that is not higher, and says which it has to be above', async () => {
    await setting.world.user('anna');
    assert.deepEqual(await setting.world.register(recovery({ version: 1n })), { refused: 'auth_failed', newest: 1n });
    assert.deepEqual(await setting.world.register(recovery({ version: 0n })), { refused: 'auth_failed', newest: 1n });
  });

  /** Anna, with two devices, has talked to Bert, who has two, and not to Carl. */
  async function known() {
    const { world } = setting;
    const [[anna, tablet], [bert, phone], [carl]] = await Promise.all([
      world.user('anna', 2),
      world.user('bert', 2),
      world.user('carl'),
    ]);
    await world.conversation(anna, bert);
    return { world, store: world.store, anna, tablet: tablet!, bert, phone: phone!, carl };
  }
  const newList = () =>
    recovery({ devices: [deviceEntry('anna', 2), deviceEntry('anna', 3)], device: deviceEntry('anna', 3).key });

  test('names whoever must be told of a new list, and does nothing until all of them are', async () => {
    const { world, store, anna, tablet, bert, phone } = await known();
    const missing = [bert.device, phone.device, tablet.device];
    assert.deepEqual(await store.register(newList()), { missing });
    const someOf = missing.slice(1).map((device) => world.delivery({ device }));
    assert.deepEqual(await store.register({ ...newList(), deliveries: someOf }), { missing });
    assert.equal((await store.findUser('anna'))?.version, 1n);
    assert.deepEqual(await world.mailbox(phone), []);
    assert.equal(await store.ack({ by: anna, position: 0n }), 'ok', 'the old device is still there');
  });

  test('tells contacts and the other devices of a new list, together with it', async () => {
    const { world, tablet, bert, phone, carl } = await known();
    const registration = newList();
    assert.equal(await world.register(registration), 'registered');
    for (const device of [tablet, bert, phone]) assert.deepEqual(await world.mailbox(device), [hex(registration.deviceList)]);
    assert.deepEqual(await world.mailbox(carl), []);
    assert.deepEqual(await world.mailbox({ device: registration.device }), []);
  });

  test('tells a contact who has blocked the user, or is blocked, of a new list', async () => {
    const { world, store, anna, bert, phone } = await known();
    await store.setBlocked({ by: bert, user: 'anna', blocked: true, nowMs: world.nowMs });
    await store.setBlocked({ by: anna, user: 'bert', blocked: true, nowMs: world.nowMs });
    await world.register(newList());
    assert.equal((await world.mailbox(phone)).length, 1);
  });

  test('tells nobody beyond those of a new list', async () => {
    const { world, store, carl } = await known();
    const answer = await store.register(newList());
    assert.ok(typeof answer === 'object' && 'missing' in answer);
    const deliveries = [...answer.missing, carl.device].map((device) => world.delivery({ device }));
    assert.equal(await store.register({ ...newList(), deliveries }), 'registered');
    assert.deepEqual(await world.mailbox(carl), []);
  });

  test('does not say who a user talks with to somebody who is not that user', async () => {
    const { store } = await known();
    const other = { ...newList(), identityKey: bytes('somebody else', 32) };
    assert.deepEqual(await store.register(other), { refused: 'auth_failed' });
    assert.deepEqual(await store.register({ ...newList(), version: 1n }), { refused: 'auth_failed', newest: 1n });
  });

  test('tells nobody of a recovery that is refused, or sent again', async () => {
    const { world, store, bert } = await known();
    const deliveries = [world.delivery(bert)];
    await store.register({ ...newList(), identityKey: bytes('somebody else', 32), deliveries });
    assert.deepEqual(await world.mailbox(bert), []);
    await world.register(newList());
    assert.equal(await store.register({ ...newList(), deliveries }), 'already');
    assert.equal((await world.mailbox(bert)).length, 1);
  });
}
