import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { bytes, DAY_MS, tokenHash } from '../world.ts';

export function accountRules(setting: Setting): void {
  test('raises the generation by one each time, also after a restart', async () => {
    const { store } = setting.world;
    assert.equal(await store.raiseGeneration(), 1);
    assert.equal(await store.raiseGeneration(), 2);
    assert.equal(await (await setting.reopen()).raiseGeneration(), 3);
  });

  test('registers a user with an invite and finds it again after a restart', async () => {
    const { world } = setting;
    await world.invite('anna');
    const registration = world.registration('anna', 2);
    assert.equal(await world.store.register(registration), 'registered');
    const store = await setting.reopen();
    assert.deepEqual(await store.findUser('anna'), {
      username: 'anna',
      identityKey: registration.identityKey,
      deviceList: registration.deviceList,
      version: 1n,
      suspended: false,
      devices: registration.devices,
    });
    assert.equal((await store.listUsers({ after: '', limit: 10 })).length, 1);
  });

  test('finds no user under a name nobody has', async () => {
    await setting.world.user('anna');
    assert.equal(await setting.world.store.findUser('ann'), undefined);
    assert.equal(await setting.world.store.findUser(''), undefined);
  });

  test('lists users in order of their names, page by page', async () => {
    const { world } = setting;
    for (const name of ['carl', 'anna', 'dora', 'bert']) await world.user(name);
    await world.store.openSession({ device: 'anna/none', channelKey: new Uint8Array(32) });
    const first = await world.store.listUsers({ after: '', limit: 3 });
    assert.deepEqual(
      first.map((user) => user.username),
      ['anna', 'bert', 'carl'],
    );
    assert.deepEqual(await world.store.listUsers({ after: 'carl', limit: 3 }), [
      { username: 'dora', createdMs: world.nowMs, suspended: false, devices: 1 },
    ]);
  });

  test('refuses an invite that nobody made', async () => {
    const { world } = setting;
    assert.deepEqual(await world.store.register(world.registration('anna')), { refused: 'invite_invalid' });
    assert.equal(await world.store.findUser('anna'), undefined);
  });

  test('refuses an invite that has expired', async () => {
    const { world } = setting;
    await world.invite('anna', 1, DAY_MS);
    const nowMs = world.nowMs + DAY_MS;
    assert.deepEqual(await world.store.register(world.registration('anna', 1, { nowMs })), { refused: 'invite_invalid' });
    assert.equal(await world.store.register(world.registration('anna', 1, { nowMs: nowMs - 1 })), 'registered');
  });

  test('refuses an invite that is used up', async () => {
    const { world } = setting;
    const proof = { tokenHash: tokenHash('party') };
    await world.invite('party', 2);
    assert.equal(await world.store.register(world.registration('anna', 1, { proof })), 'registered');
    assert.equal(await world.store.register(world.registration('bert', 1, { proof })), 'registered');
    assert.deepEqual(await world.store.register(world.registration('carl', 1, { proof })), { refused: 'invite_invalid' });
  });

  test('refuses a bad invite before it says that a name is taken', async () => {
    const { world } = setting;
    await world.user('anna');
    const identityKey = bytes('somebody else', 32);
    assert.deepEqual(await world.store.register(world.registration('anna', 1, { identityKey })), { refused: 'invite_invalid' });
  });

  test('refuses a name that is taken, and the invite stays good', async () => {
    const { world } = setting;
    await world.user('anna');
    await world.invite('second');
    const proof = { tokenHash: tokenHash('second') };
    const taken = world.registration('anna', 1, { proof, identityKey: bytes('somebody else', 32) });
    assert.deepEqual(await world.store.register(taken), { refused: 'username_taken' });
    assert.equal(await world.store.register(world.registration('bert', 1, { proof })), 'registered');
  });

  test('refuses the same identity with another device under an invite as a name that is taken', async () => {
    const { world } = setting;
    await world.user('anna');
    await world.invite('second');
    const registration = world.registration('anna', 2, { proof: { tokenHash: tokenHash('second') } });
    assert.deepEqual(await world.store.register(registration), { refused: 'username_taken' });
  });

  test('takes a registration that is sent again as a login, and counts no use', async () => {
    const { world } = setting;
    const proof = { tokenHash: tokenHash('party') };
    await world.invite('party', 2);
    assert.equal(await world.store.register(world.registration('anna', 1, { proof })), 'registered');
    assert.equal(await world.store.register(world.registration('anna', 1, { proof })), 'already');
    assert.equal(await world.store.register(world.registration('bert', 1, { proof })), 'registered');
    assert.equal(await world.store.register(world.registration('bert', 1, { proof })), 'already');
  });

  test('refuses a list of devices that is empty or names one twice', async () => {
    const { world } = setting;
    await world.invite('anna');
    const { devices } = world.registration('anna');
    const twice = world.registration('anna', 1, { devices: [...devices, ...devices] });
    assert.deepEqual(await world.store.register(twice), { refused: 'auth_failed' });
    assert.deepEqual(await world.store.register(world.registration('anna', 0)), { refused: 'auth_failed' });
  });

  test('refuses a version of 2^63 or more', async () => {
    const { world } = setting;
    await world.invite('anna');
    const registration = world.registration('anna', 1, { version: 2n ** 64n - 1n });
    assert.deepEqual(await world.store.register(registration), { refused: 'auth_failed' });
    assert.equal(await world.store.register({ ...registration, version: 2n ** 63n - 1n }), 'registered');
    assert.equal((await world.store.findUser('anna'))?.version, 2n ** 63n - 1n);
  });

  test('lets exactly one of 1,000 registrations have a token for one', async () => {
    const { world } = setting;
    await world.invite('only one');
    const proof = { tokenHash: tokenHash('only one') };
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => world.store.register(world.registration(`user${index}`, 1, { proof }))),
    );
    assert.equal(answers.filter((answer) => answer === 'registered').length, 1);
    assert.equal(answers.filter((answer) => typeof answer === 'object' && 'refused' in answer).length, 999);
    assert.equal(await world.users(), 1);
  });

  test('makes one account of one registration sent 100 times at once', async () => {
    const { world } = setting;
    await world.invite('anna');
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.store.register(world.registration('anna'))));
    assert.deepEqual(answers, ['registered', ...Array.from({ length: 99 }, () => 'already')]);
  });

  test('opens a session of a listed device, numbered higher each time', async () => {
    const { world } = setting;
    const [anna] = await world.user('anna');
    const second = await world.store.openSession(anna);
    const third = await (await setting.reopen()).openSession(anna);
    assert.ok(second !== undefined && third !== undefined);
    assert.ok(anna.session >= 1 && second.session > anna.session && third.session > second.session);
    assert.equal(third.acked, 0n);
  });

  test('opens no session of a device that is not listed', async () => {
    const { world } = setting;
    const [{ channelKey }] = await world.user('anna');
    assert.equal(await world.store.openSession({ device: 'anna/0000000000000002', channelKey }), undefined);
    assert.equal(await world.store.openSession({ device: 'bert/0000000000000001', channelKey }), undefined);
  });

  test('opens no session for another channel key, and leaves the session there is', async () => {
    const { world } = setting;
    const [anna] = await world.user('anna');
    for (const channelKey of [new Uint8Array(32), new Uint8Array(0), bytes('another', 32)]) {
      assert.equal(await world.store.openSession({ device: anna.device, channelKey }), undefined);
    }
    assert.equal(await world.store.ack({ by: anna, position: 1n }), 'ok');
  });
}
