import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_USED_KEY_PACKAGES } from '@parley/protocol';
import type { Setting } from '../compliance.ts';
import { bytes, hex, type TestDevice } from '../world.ts';

const HOUR_MS = 3_600_000;

export function keyRules(setting: Setting): void {
  async function talking() {
    const { world } = setting;
    const [[anna], [bert, tablet]] = await Promise.all([world.user('anna'), world.user('bert', 2)]);
    await world.conversation(anna, bert);
    const publish = (by: TestDevice, names: string[], lastResort?: string) =>
      world.store.publishKeys({
        by,
        oneTime: names.map((name) => bytes(name, 300)),
        lastResort: lastResort === undefined ? undefined : bytes(lastResort, 300),
      });
    const claim = (by: TestDevice, ...of: [TestDevice, ...TestDevice[]]) =>
      world.store.claimKeys({
        by,
        username: of[0].username,
        deviceIds: of.map((device) => device.deviceId),
        nowMs: world.nowMs,
      });
    /** What a claim of one device's KeyPackage gave, or why not. */
    const claimOne = async (by: TestDevice, of: TestDevice) => {
      const answer = await claim(by, of);
      return 'refused' in answer ? answer.refused : hex(answer.keyPackages[0]!.keyPackage);
    };
    return { world, store: world.store, anna, bert, tablet: tablet!, publish, claim, claimOne };
  }
  const keyPackage = (name: string): string => hex(bytes(name, 300));
  const names = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `key ${from + index}`);

  test('gives each one-time KeyPackage once, the oldest first, then the last-resort one again and again', async () => {
    const { anna, bert, publish, claimOne } = await talking();
    assert.deepEqual(await publish(bert, ['one', 'two'], 'last'), { left: 2 });
    const claimed = [];
    for (let count = 0; count < 4; count += 1) claimed.push(await claimOne(anna, bert));
    assert.deepEqual(claimed, ['one', 'two', 'last', 'last'].map(keyPackage));
  });

  test('gives no KeyPackage twice to 50 claims at once', async () => {
    const { anna, bert, publish, claimOne } = await talking();
    await publish(bert, names(50));
    const claimed = await Promise.all(Array.from({ length: 50 }, () => claimOne(anna, bert)));
    assert.deepEqual(claimed, names(50).map(keyPackage));
  });

  test('gives one of each device and leaves out devices without any', async () => {
    const { world, store, anna, bert, tablet, publish, claim } = await talking();
    await publish(bert, ['one']);
    await publish(anna, ['mine', 'mine too']);
    const unlisted = { ...bert, deviceId: bytes('unlisted', 8) };
    assert.deepEqual(await claim(anna, bert, tablet, unlisted, bert), {
      keyPackages: [{ deviceId: bert.deviceId, keyPackage: bytes('one', 300) }],
      left: 2,
    });
    await publish(bert, ['two']);
    await publish(tablet, [], 'last');
    const answer = await claim(anna, bert, tablet);
    assert.equal('keyPackages' in answer && answer.keyPackages.length, 2);
    assert.equal(world.store, store);
  });

  test('replaces the last-resort KeyPackage, and keeps it where none is published', async () => {
    const { anna, bert, publish, claimOne } = await talking();
    await publish(bert, [], 'last');
    await publish(bert, []);
    assert.equal(await claimOne(anna, bert), keyPackage('last'));
    await publish(bert, [], 'newer');
    assert.equal(await claimOne(anna, bert), keyPackage('newer'));
  });

  test('keeps the newest 100 one-time KeyPackages', async () => {
    const { anna, bert, publish, claimOne } = await talking();
    assert.deepEqual(await publish(bert, names(60)), { left: 60 });
    assert.deepEqual(await publish(bert, names(60, 60)), { left: 100 });
    assert.equal(await claimOne(anna, bert), keyPackage('key 20'));
  });

  test('does not add a KeyPackage again that is there or was given away', async () => {
    const { anna, bert, publish, claimOne } = await talking();
    await publish(bert, ['one', 'two']);
    assert.deepEqual(await publish(bert, ['one', 'two', 'two']), { left: 2 });
    assert.equal(await claimOne(anna, bert), keyPackage('one'));
    assert.deepEqual(await publish(bert, ['one', 'two']), { left: 1 });
    assert.equal(await claimOne(anna, bert), keyPackage('two'));
    assert.equal(await claimOne(anna, bert), 'keys_exhausted');
  });

  test('remembers the newest 1,000 that were given away, and of those before nothing', async () => {
    const { bert, tablet, publish, claimOne } = await talking();
    const batch = 100;
    for (let from = 0; from <= MAX_USED_KEY_PACKAGES; from += batch) {
      await publish(tablet, names(batch, from));
      await Promise.all(names(batch).map(() => claimOne(bert, tablet)));
    }
    await publish(tablet, []);
    assert.deepEqual(await publish(tablet, ['key 100', 'key 99']), { left: 1 });
    assert.equal(await claimOne(bert, tablet), keyPackage('key 99'));
  });

  test('says when publishing how many one-time KeyPackages are left', async () => {
    const { anna, bert, publish, claimOne } = await talking();
    await publish(bert, ['one', 'two', 'three'], 'last');
    await claimOne(anna, bert);
    assert.deepEqual(await publish(bert, []), { left: 2 });
  });

  test('lets a user claim for his own devices without limit', async () => {
    const { bert, tablet, publish, claimOne } = await talking();
    await publish(tablet, names(70));
    for (const name of names(70)) assert.equal(await claimOne(bert, tablet), keyPackage(name));
  });

  test('refuses a claim without consent', async () => {
    const { world, store, bert, publish, claimOne } = await talking();
    const [carl] = await world.user('carl');
    await publish(bert, ['one'], 'last');
    await store.openRequest(world.request(carl, bert));
    assert.equal(await claimOne(carl, bert), 'no_consent');
    assert.equal(await claimOne(bert, carl), 'no_consent');
    assert.equal(await claimOne(carl, { ...bert, username: 'nobody' }), 'no_consent');
    assert.deepEqual(await publish(bert, []), { left: 1 });
  });

  test('gives a blocked user what every contact gets', async () => {
    const { world, store, anna, bert, publish, claimOne } = await talking();
    await publish(bert, ['one']);
    await store.setBlocked({ by: bert, user: 'anna', blocked: true, nowMs: world.nowMs });
    assert.equal(await claimOne(anna, bert), keyPackage('one'));
  });

  test('refuses a claim where nothing is left', async () => {
    const { anna, bert, claimOne } = await talking();
    assert.equal(await claimOne(anna, bert), 'keys_exhausted');
  });

  test('refuses a claim of more than 60 one-time KeyPackages of one user in an hour', async () => {
    const { world, anna, bert, tablet, publish, claim, claimOne } = await talking();
    await publish(bert, names(70), 'last');
    await publish(tablet, names(10));
    for (const name of names(59)) assert.equal(await claimOne(anna, bert), keyPackage(name));
    assert.deepEqual(await claim(anna, bert, tablet), { refused: 'rate_limited', retryAfterMs: HOUR_MS });
    assert.equal(await claimOne(anna, bert), keyPackage('key 59'));
    assert.equal(await claimOne(anna, bert), 'rate_limited');
    world.nowMs += HOUR_MS - 1;
    assert.equal(await claimOne(anna, bert), 'rate_limited');
    world.nowMs += 1;
    assert.equal(await claimOne(anna, bert), keyPackage('key 60'));
  });

  test('says when a claim of that many is within the rate again', async () => {
    const { world, anna, bert, tablet, publish, claim } = await talking();
    await publish(bert, names(70));
    await publish(tablet, names(70));
    for (let i = 0; i < 30; i++) {
      await claim(anna, bert, tablet);
      world.nowMs += 1_000;
    }
    const refusal = { refused: 'rate_limited', retryAfterMs: HOUR_MS - 30_000 };
    assert.deepEqual(await claim(anna, bert), refusal);
    assert.deepEqual(await claim(anna, bert, tablet), refusal);
    world.nowMs += refusal.retryAfterMs;
    assert.ok('keyPackages' in (await claim(anna, bert)));
    // One of the two that went an hour ago is replaced, the other one leaves room for one.
    assert.deepEqual(await claim(anna, bert, tablet), { refused: 'rate_limited', retryAfterMs: 1_000 });
  });

  test('refuses to publish or claim for a session that was replaced', async () => {
    const { store, anna, bert, publish, claimOne } = await talking();
    await publish(bert, ['one']);
    const newer = await store.openSession(bert);
    await store.openSession(anna);
    assert.deepEqual(await publish(bert, ['two']), { refused: 'replaced' });
    assert.equal(await claimOne(anna, bert), 'replaced');
    assert.deepEqual(await publish({ ...bert, session: newer!.session }, []), { left: 1 });
  });
}
