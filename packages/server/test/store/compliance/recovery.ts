import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { bytes, deviceEntry } from '../world.ts';

export function recoveryRules(setting: Setting): void {
  const recovery = (change: object = {}) =>
    setting.world.registration('anna', 1, { proof: 'recovery', version: 2n, devices: [deviceEntry('anna', 2)], ...change });

  test('takes a higher list of the same identity, and the old device is gone', async () => {
    const { world } = setting;
    const [old] = await world.user('anna');
    assert.equal(await world.store.register(recovery({ deviceList: bytes('list 2', 100) })), 'registered');
    const user = await world.store.findUser('anna');
    assert.equal(user?.version, 2n);
    assert.deepEqual(user?.deviceList, bytes('list 2', 100));
    assert.deepEqual(user?.devices, [deviceEntry('anna', 2)]);
    assert.equal(await world.store.openSession(old.device), undefined);
    assert.deepEqual(await world.store.ack({ by: old, position: 1n }), { refused: 'replaced' });
  });

  test('keeps mailbox and session of a device that the new list has too', async () => {
    const { world } = setting;
    const [kept, dropped] = await world.user('anna', 2);
    const [bert] = await world.user('bert');
    const conversation = await world.conversation(bert, kept, dropped!);
    const deliveries = [world.delivery(kept), world.delivery(dropped!)];
    await world.store.appendMessage({ by: bert, conversation, epoch: 1n, deliveries });
    assert.equal(
      await world.store.register(recovery({ devices: [deviceEntry('anna', 1), deviceEntry('anna', 3)] })),
      'registered',
    );
    assert.equal((await world.mailbox(kept)).length, 1);
    assert.equal((await world.mailbox(dropped!)).length, 0);
    assert.equal(await world.store.ack({ by: kept, position: 0n }), 'ok');
  });

  test('treats a device with the same id and other keys as a new one, fenced from the old', async () => {
    const { world } = setting;
    const [old] = await world.user('anna');
    await world.store.publishKeys({ by: old, oneTime: [bytes('key package')], lastResort: undefined });
    assert.equal(await world.store.register(recovery({ devices: [deviceEntry('anna', 1, 'new')] })), 'registered');
    const opened = await world.store.openSession(old.device);
    assert.ok(opened !== undefined && opened.session > old.session);
    const by = { device: old.device, session: opened.session };
    assert.deepEqual(await world.store.publishKeys({ by, oneTime: [], lastResort: undefined }), { left: 0 });
    assert.deepEqual(await world.store.ack({ by: old, position: 1n }), { refused: 'replaced' });
  });

  test('takes a recovery that is sent again as a login', async () => {
    await setting.world.user('anna');
    assert.equal(await setting.world.store.register(recovery()), 'registered');
    assert.equal(await setting.world.store.register(recovery()), 'already');
  });

  test('takes a higher list that drops a device though the others are there already', async () => {
    const { world } = setting;
    const [, second] = await world.user('anna', 2);
    assert.equal(await world.store.register(recovery({ devices: [deviceEntry('anna', 1)] })), 'registered');
    assert.equal(await world.store.openSession(second!.device), undefined);
  });

  test('refuses to recover a name nobody has', async () => {
    assert.deepEqual(await setting.world.store.register(recovery()), { refused: 'auth_failed' });
  });

  test('refuses to recover with another identity key', async () => {
    await setting.world.user('anna');
    const other = recovery({ identityKey: bytes('somebody else', 32) });
    assert.deepEqual(await setting.world.store.register(other), { refused: 'auth_failed' });
  });

  test('refuses to recover with a version that is not higher', async () => {
    await setting.world.user('anna');
    assert.deepEqual(await setting.world.store.register(recovery({ version: 1n })), { refused: 'auth_failed' });
    assert.deepEqual(await setting.world.store.register(recovery({ version: 0n })), { refused: 'auth_failed' });
  });
}
