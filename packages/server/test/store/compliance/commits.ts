import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_COMMITS, MAX_MEMBERS } from '@parley/protocol';
import type { DeviceKey } from '../../../src/store/device-key.ts';
import type { Setting } from '../compliance.ts';
import { deviceEntry, type TestDevice } from '../world.ts';

export function commitRules(setting: Setting): void {
  async function talking() {
    const { world } = setting;
    const [[anna, tablet], [bert], [carl]] = await Promise.all([world.user('anna', 2), world.user('bert'), world.user('carl')]);
    const conversation = await world.conversation(anna, bert);
    return { world, store: world.store, anna, tablet: tablet!, bert, carl, conversation };
  }
  const members = async (conversation: Uint8Array) => (await setting.world.store.findConversation(conversation))?.members;

  test('lets the first COMMIT of an epoch win, raises the epoch and delivers it', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const first = world.commit(anna, conversation, 1n, { deliveries: [world.delivery(bert, world.fresh(), 6)] });
    const second = world.commit(bert, conversation, 1n, { deliveries: [world.delivery(anna, world.fresh(), 6)] });
    const answers = await Promise.all([store.commit(first), store.commit(second)]);
    assert.deepEqual(answers, ['ok', { refused: 'stale_epoch', winnerSha256: first.sha256 }]);
    assert.equal((await store.findConversation(conversation))?.epoch, 2n);
    assert.equal((await world.mailbox(bert)).length, 1);
    assert.deepEqual(await world.mailbox(anna), []);
  });

  test('takes the identical COMMIT again as a duplicate and appends nothing, also after later ones', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const first = world.commit(anna, conversation, 1n);
    assert.equal(await store.commit(first), 'ok');
    assert.equal(await store.commit({ ...first, deliveries: [world.delivery(bert)] }), 'duplicate');
    assert.equal(await store.commit(world.commit(bert, conversation, 2n)), 'ok');
    assert.equal(await store.commit(first), 'duplicate');
    assert.equal((await store.findConversation(conversation))?.epoch, 3n);
    assert.deepEqual(await world.mailbox(bert), []);
  });

  test('names the winner of each epoch after a restart', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const commits = [world.commit(anna, conversation, 1n), world.commit(bert, conversation, 2n)];
    for (const commit of commits) await store.commit(commit);
    const reopened = await setting.reopen();
    for (const { epoch, sha256 } of commits) {
      const answer = await reopened.commit(world.commit(anna, conversation, epoch));
      assert.deepEqual(answer, { refused: 'stale_epoch', winnerSha256: sha256 });
    }
  });

  test('remembers the winners of the newest 1,000 epochs, and of no more', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const commits = Array.from({ length: MAX_COMMITS + 1 }, (_, i) => world.commit(anna, conversation, BigInt(i + 1)));
    await Promise.all(commits.map((commit) => store.commit(commit)));
    const [forgotten, oldest] = commits;
    assert.equal(await store.commit(oldest!), 'duplicate');
    assert.deepEqual(await store.commit(forgotten!), { refused: 'stale_epoch', winnerSha256: new Uint8Array() });
    assert.equal(await store.commit(world.commit(bert, conversation, BigInt(commits.length + 1))), 'ok', 'it goes on');
  });

  test('refuses a COMMIT after which a conversation would have more devices than two users can have', async () => {
    const { world, store } = await talking();
    const [[first, ...others], [dora]] = await Promise.all([world.user('emil', 12), world.user('dora')]);
    const conversation = await world.conversation(first, dora, ...others);
    for (let number = 1; number < 12; number += 1) {
      // Revoked devices stay in the group until a COMMIT takes them out.
      const device = deviceEntry('dora', 100 + number);
      const list = [deviceEntry('dora', 1), device];
      await world.register(world.registration('dora', 0, { proof: 'recovery', version: BigInt(number + 1), devices: list }));
      const committed = await store.commit(world.commit(dora, conversation, BigInt(number), { added: [device.key] }));
      assert.equal(committed, 'ok');
    }
    assert.equal((await members(conversation))?.length, MAX_MEMBERS);
    const [more, gone] = [deviceEntry('dora', 200), deviceEntry('dora', 101)];
    const devices = [deviceEntry('dora', 1), more];
    await world.register(world.registration('dora', 0, { proof: 'recovery', version: 20n, devices }));
    const commit = world.commit(dora, conversation, 12n, { added: [more.key] });
    assert.deepEqual(await store.commit(commit), { refused: 'malformed' });
    assert.equal(await store.commit({ ...commit, removed: [gone.key] }), 'ok');
  });

  test('names no winner of an epoch that nobody has won', async () => {
    const { world, store, anna, conversation } = await talking();
    for (const epoch of [0n, 2n, 2n ** 63n, 2n ** 64n - 1n]) {
      const answer = await store.commit(world.commit(anna, conversation, epoch));
      assert.deepEqual(answer, { refused: 'stale_epoch', winnerSha256: new Uint8Array() });
    }
  });

  test('adds a listed device of its users, which gets the COMMIT and may write', async () => {
    const { world, store, anna, tablet, bert, conversation } = await talking();
    const deliveries = [world.delivery(bert), world.delivery(tablet)];
    const commit = world.commit(anna, conversation, 1n, { added: [tablet.device], deliveries });
    assert.equal(await store.commit(commit), 'ok');
    assert.deepEqual(await members(conversation), [anna.device, tablet.device, bert.device]);
    assert.equal((await world.mailbox(tablet)).length, 1);
    assert.equal(await store.appendMessage({ by: tablet, conversation, epoch: 2n, deliveries: [world.delivery(bert)] }), 'ok');
  });

  test('removes a member, which gets to know and then neither reads nor writes', async () => {
    const { world, store, anna, tablet, bert, conversation } = await talking();
    await store.commit(world.commit(anna, conversation, 1n, { added: [tablet.device] }));
    const deliveries = [world.delivery(tablet), world.delivery(anna)];
    assert.equal(await store.commit(world.commit(bert, conversation, 2n, { removed: [tablet.device], deliveries })), 'ok');
    assert.deepEqual(await members(conversation), [anna.device, bert.device]);
    assert.equal((await world.mailbox(tablet)).length, 1);

    const message = { conversation, epoch: 3n, deliveries: [world.delivery(tablet), world.delivery(anna)] };
    assert.deepEqual(await store.appendMessage({ by: bert, ...message }), { withheld: [tablet.device] });
    assert.deepEqual(await store.appendMessage({ by: tablet, ...message }), { refused: 'not_member' });
    assert.deepEqual(await store.commit(world.commit(tablet, conversation, 3n)), { refused: 'not_member' });
    assert.equal((await world.mailbox(tablet)).length, 1);
  });

  test('gives a committer that has been removed since its OK again', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const lost = world.commit(anna, conversation, 1n);
    await store.commit(lost);
    await store.commit(world.commit(bert, conversation, 2n, { removed: [anna.device] }));
    assert.equal(await store.commit(lost), 'duplicate');
  });

  test('removes a device that was revoked', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const { devices } = world.registration('anna', 2);
    const list = world.registration('anna', 1, { proof: 'recovery', version: 2n, devices: devices.slice(1) });
    assert.equal(await world.register(list), 'registered');
    assert.deepEqual(await members(conversation), [anna.device, bert.device]);
    assert.equal(await store.commit(world.commit(bert, conversation, 1n, { removed: [anna.device] })), 'ok');
    assert.deepEqual(await members(conversation), [bert.device]);
  });

  test('leaves out deliveries to devices that are not members', async () => {
    const { world, store, anna, tablet, carl, conversation } = await talking();
    const deliveries = [world.delivery(carl), world.delivery(tablet)];
    assert.equal(await store.commit(world.commit(anna, conversation, 1n, { deliveries })), 'ok');
    assert.deepEqual(await world.mailbox(carl), []);
    assert.deepEqual(await world.mailbox(tablet), []);
  });

  type Change = { added?: DeviceKey[]; removed?: DeviceKey[] };
  type Cast = { anna: TestDevice; tablet: TestDevice; bert: TestDevice; carl: TestDevice };
  const wrongChanges: Record<string, (cast: Cast) => Change> = {
    'adds a device of a user who never consented': ({ carl }) => ({ added: [carl.device] }),
    'adds a device that is not listed': () => ({ added: ['bert/0000000000000009'] }),
    'adds a device that is a member': ({ bert }) => ({ added: [bert.device] }),
    'adds one device twice': ({ tablet }) => ({ added: [tablet.device, tablet.device] }),
    'removes a device that is no member': ({ tablet }) => ({ removed: [tablet.device] }),
    'removes one device twice': ({ bert }) => ({ removed: [bert.device, bert.device] }),
    'removes its own sender': ({ anna }) => ({ removed: [anna.device] }),
    'adds and removes one device': ({ bert }) => ({ added: [bert.device], removed: [bert.device] }),
  };
  for (const [what, change] of Object.entries(wrongChanges)) {
    test(`refuses a COMMIT that ${what}, and the epoch stays open`, async () => {
      const { world, store, conversation, ...cast } = await talking();
      const commit = world.commit(cast.anna, conversation, 1n, { ...change(cast), deliveries: [world.delivery(cast.bert)] });
      assert.deepEqual(await store.commit(commit), { refused: 'malformed' });
      assert.deepEqual(await members(conversation), [cast.anna.device, cast.bert.device]);
      assert.deepEqual(await world.mailbox(cast.bert), []);
      assert.equal(await store.commit(world.commit(cast.anna, conversation, 1n)), 'ok');
    });
  }

  test('refuses a COMMIT that would raise the epoch to 2^63', async () => {
    const { world, store, bert, carl } = await talking();
    const request = world.request(bert, carl);
    const acceptance = world.acceptance(carl, bert, request, { epoch: 2n ** 63n - 1n });
    await store.openRequest(request);
    assert.equal(await store.acceptRequest(acceptance), 'ok');
    const commit = world.commit(bert, acceptance.conversation, 2n ** 63n - 1n);
    assert.deepEqual(await store.commit(commit), { refused: 'malformed' });
  });

  test('refuses a COMMIT in a conversation that does not exist', async () => {
    const { world, store, anna } = await talking();
    assert.deepEqual(await store.commit(world.commit(anna, world.fresh(), 1n)), { refused: 'unknown_conversation' });
  });

  test('refuses a COMMIT of a device that is not a member', async () => {
    const { world, store, tablet, carl, conversation } = await talking();
    for (const by of [tablet, carl]) {
      assert.deepEqual(await store.commit(world.commit(by, conversation, 1n)), { refused: 'not_member' });
    }
  });

  test('refuses a COMMIT of a session that was replaced', async () => {
    const { world, store, anna, conversation } = await talking();
    await store.openSession(anna);
    assert.deepEqual(await store.commit(world.commit(anna, conversation, 1n)), { refused: 'replaced' });
    assert.equal((await store.findConversation(conversation))?.epoch, 1n);
  });
}
