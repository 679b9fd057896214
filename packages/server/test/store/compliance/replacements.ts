import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IDS_REMEMBERED_MS, MAX_REPLACED, MAX_REPLACEMENTS_PER_HOUR } from '@parley/protocol';
import type { Setting } from '../compliance.ts';
import { deviceEntry, hex, type TestDevice } from '../world.ts';

const HOUR_MS = 3_600_000;

/** A fresh group for a one-to-one conversation. */
export function replacementRules(setting: Setting): void {
  async function talking() {
    const { world } = setting;
    const [[anna], [bert, tablet], [carl]] = await Promise.all([world.user('anna'), world.user('bert', 2), world.user('carl')]);
    const conversation = await world.conversation(anna, bert);
    return { world, store: world.store, anna, bert, tablet: tablet!, carl, conversation };
  }
  const malformed = { refused: 'malformed' };
  const stale = { refused: 'stale_epoch' };
  const notMember = { refused: 'not_member' };

  test('puts a new conversation in the place of an old one, and delivers it to both users', async () => {
    const { world, store, anna, bert, tablet, conversation } = await talking();
    const members = [anna, bert, tablet].map(({ device }) => device);
    const deliveries = [bert, tablet].map((device) => world.delivery(device));
    const replacement = world.replacement(anna, bert, conversation, { epoch: 3n, members, deliveries });
    assert.equal(await store.replaceConversation(replacement), 'ok');
    assert.deepEqual(await store.findConversation(replacement.conversation), {
      conversation: replacement.conversation,
      epoch: 3n,
      users: ['anna', 'bert'],
      members,
      isOpen: true,
    });
    assert.equal((await store.findConversation(conversation))?.isOpen, false);
    for (const [index, device] of [bert, tablet].entries()) {
      assert.deepEqual(await world.mailbox(device), [hex(deliveries[index]!.body)]);
    }
    assert.deepEqual(await store.contacts('anna'), ['bert']);
  });

  test('takes a MESSAGE into the new conversation and none into the old one', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const replacement = world.replacement(anna, bert, conversation, { deliveries: [] });
    await store.replaceConversation(replacement);
    const message = { by: anna, epoch: 1n, deliveries: [world.delivery(bert)] };
    assert.deepEqual(await store.appendMessage({ ...message, conversation }), stale);
    assert.deepEqual(await world.mailbox(bert), []);
    assert.equal(await store.appendMessage({ ...message, conversation: replacement.conversation }), 'ok');
  });

  test('refuses a COMMIT in the old conversation, but for one that it has taken before', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const taken = world.commit(anna, conversation, 1n);
    await store.commit(taken);
    await store.replaceConversation(world.replacement(anna, bert, conversation));
    assert.deepEqual(await store.commit(world.commit(bert, conversation, 2n)), { ...stale, winnerSha256: new Uint8Array() });
    assert.equal(await store.commit(taken), 'duplicate');
  });

  test('takes the identical REPLACE again as a duplicate and appends nothing, also when another has followed', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const replacement = world.replacement(anna, bert, conversation);
    await store.replaceConversation(replacement);
    assert.equal(await store.replaceConversation({ ...replacement, deliveries: [world.delivery(bert)] }), 'duplicate');
    await store.replaceConversation(world.replacement(bert, anna, replacement.conversation, { deliveries: [] }));
    assert.equal(await store.replaceConversation({ ...replacement, deliveries: [world.delivery(bert)] }), 'duplicate');
    assert.equal((await world.mailbox(bert)).length, 1);
  });

  test('lets the first of two that replace at once win, and tells the other which conversation it is', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const [first, second] = [world.replacement(anna, bert, conversation), world.replacement(bert, anna, conversation)];
    const answers = await Promise.all([first, second].map((replacement) => store.replaceConversation(replacement)));
    assert.deepEqual(answers, ['ok', { ...stale, winner: first.conversation }]);
    assert.equal(await store.findConversation(second.conversation), undefined);
    assert.deepEqual(await world.mailbox(anna), []);
  });

  test('tells who replaces what was replaced long ago which conversation has the place by now', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    let current = conversation;
    for (let i = 0; i < 3; i += 1) {
      const next = world.replacement(anna, bert, current);
      assert.equal(await store.replaceConversation(next), 'ok');
      current = next.conversation;
    }
    world.nowMs += 2 * IDS_REMEMBERED_MS;
    await store.expire(world.nowMs);
    const late = world.replacement(bert, anna, conversation);
    assert.deepEqual(await store.replaceConversation(late), { ...stale, winner: current });
  });

  test('forgets a conversation that was replaced long ago when none of its devices is listed any more', async () => {
    const { world, store, anna, bert, carl, conversation } = await talking();
    const other = await world.conversation(anna, carl);
    await store.replaceConversation(world.replacement(anna, bert, conversation));
    for (const username of ['anna', 'bert']) {
      const devices = [deviceEntry(username, 5)];
      const change = { proof: 'recovery', version: 2n, devices, device: devices[0]!.key } as const;
      assert.equal(await world.register(world.registration(username, 1, change)), 'registered');
    }
    world.nowMs += IDS_REMEMBERED_MS - 1;
    await store.expire(world.nowMs);
    assert.notEqual(await store.findConversation(conversation), undefined);
    world.nowMs += 1;
    await store.expire(world.nowMs);
    assert.equal(await store.findConversation(conversation), undefined);
    assert.notEqual(await store.findConversation(other), undefined, 'it was never replaced');
  });

  test('remembers the newest 1,000 replaced conversations of two users, and none of others less', async () => {
    const { world, store, anna, bert, carl, conversation } = await talking();
    const others = await world.conversation(anna, carl);
    await store.replaceConversation(world.replacement(anna, carl, others));
    const replacements = [];
    for (let id = conversation; replacements.length <= MAX_REPLACED; id = replacements.at(-1)!.conversation) {
      world.nowMs += HOUR_MS / MAX_REPLACEMENTS_PER_HOUR;
      replacements.push(world.replacement(anna, bert, id, { deliveries: [] }));
    }
    const answers = await Promise.all(replacements.map((replacement) => store.replaceConversation(replacement)));
    assert.ok(answers.every((answer) => answer === 'ok'));
    assert.equal(await store.findConversation(conversation), undefined);
    assert.deepEqual(await store.replaceConversation(replacements[0]!), { refused: 'unknown_conversation' });
    assert.equal(await store.replaceConversation(replacements[1]!), 'duplicate');
    assert.equal((await store.findConversation(replacements.at(-1)!.conversation))?.isOpen, true);
    assert.notEqual(await store.findConversation(others), undefined);
  });

  test('takes a REPLACE of a listed device that is no member of the old conversation', async () => {
    const { world, store, anna, tablet, conversation } = await talking();
    assert.equal(await store.replaceConversation(world.replacement(tablet, anna, conversation)), 'ok');
  });

  test('takes and delivers a REPLACE though one has blocked the other', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    await store.setBlocked({ by: bert, user: 'anna', blocked: true, nowMs: world.nowMs });
    assert.equal(await store.replaceConversation(world.replacement(anna, bert, conversation)), 'ok');
    assert.equal((await world.mailbox(bert)).length, 1);
  });

  test('settles what is pending between the two', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const entry = deviceEntry('bert', 7);
    const change = { proof: 'recovery', version: 2n, devices: [entry], device: entry.key } as const;
    await world.register(world.registration('bert', 1, change));
    const phone = await world.login('bert', entry);
    const request = world.request(phone, anna);
    assert.equal(await store.openRequest(request), 'ok');
    assert.equal(await store.replaceConversation(world.replacement(anna, phone, conversation)), 'ok');
    assert.deepEqual(await store.acceptRequest(world.acceptance(anna, phone, request)), { refused: 'already_answered' });
    assert.deepEqual(await store.cancelRequest(world.answer(phone, anna, request)), { refused: 'already_answered' });
    assert.deepEqual(await store.replaceConversation(world.replacement(anna, bert, world.fresh())), {
      refused: 'unknown_conversation',
    });
  });

  test('refuses to replace a conversation that does not exist', async () => {
    const { world, store, anna, bert } = await talking();
    const replacement = world.replacement(anna, bert, world.fresh());
    assert.deepEqual(await store.replaceConversation(replacement), { refused: 'unknown_conversation' });
    assert.equal(await store.findConversation(replacement.conversation), undefined);
  });

  test('refuses to replace a conversation of others, or of one of the two with another', async () => {
    const { world, store, anna, bert, carl, conversation } = await talking();
    assert.deepEqual(await store.replaceConversation(world.replacement(carl, anna, conversation)), notMember);
    assert.deepEqual(await store.replaceConversation(world.replacement(anna, carl, conversation)), notMember);
    assert.deepEqual(await store.replaceConversation(world.replacement(anna, anna, conversation)), notMember);
    assert.deepEqual(await store.replaceConversation(world.replacement(carl, anna, conversation, { from: 'bert' })), notMember);
    assert.equal((await store.findConversation(conversation))?.isOpen, true);
    assert.deepEqual(await world.mailbox(bert), []);
  });

  const wrongMembers = {
    'a device of a third user': (anna: TestDevice, bert: TestDevice, carl: TestDevice) => [anna, bert, carl],
    'a device that is not listed': (anna: TestDevice, bert: TestDevice) => [
      anna,
      bert,
      { device: 'bert/0000000000000007' as const },
    ],
    'none of the other user': (anna: TestDevice) => [anna],
    'not the device that sends': (_: TestDevice, bert: TestDevice) => [bert],
    'one device twice': (anna: TestDevice, bert: TestDevice) => [anna, bert, bert],
    'no members at all': () => [],
  };
  for (const [what, members] of Object.entries(wrongMembers)) {
    test(`refuses a REPLACE with ${what} as members, and the conversation goes on`, async () => {
      const { world, store, anna, bert, carl, conversation } = await talking();
      const replacement = world.replacement(anna, bert, conversation);
      const wrong = { ...replacement, members: members(anna, bert, carl).map(({ device }) => device) };
      assert.deepEqual(await store.replaceConversation(wrong), malformed);
      assert.equal(await store.findConversation(replacement.conversation), undefined);
      assert.deepEqual(await world.mailbox(bert), []);
      assert.equal(await store.replaceConversation(replacement), 'ok');
    });
  }

  test('refuses a REPLACE with the id of a conversation that exists, the old one included', async () => {
    const { world, store, anna, bert, carl, conversation } = await talking();
    const other = await world.conversation(anna, carl);
    for (const taken of [other, conversation]) {
      const replacement = world.replacement(anna, bert, conversation, { conversation: taken });
      assert.deepEqual(await store.replaceConversation(replacement), malformed);
    }
    assert.equal((await store.findConversation(conversation))?.isOpen, true);
  });

  test('refuses a REPLACE with an epoch of 2^63 or more', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const replacement = world.replacement(anna, bert, conversation, { epoch: 2n ** 63n });
    assert.deepEqual(await store.replaceConversation(replacement), malformed);
  });

  test('refuses more replacements of a pair than an hour may have, says how long to wait, and takes others', async () => {
    const { world, store, anna, bert, carl, conversation } = await talking();
    const other = await world.conversation(anna, carl);
    let current = conversation;
    const replace = async (): Promise<unknown> => {
      const [by, to] = world.nowMs % 2 === 0 ? [anna, bert] : [bert, anna];
      const replacement = world.replacement(by, to, current);
      const answer = await store.replaceConversation(replacement);
      if (answer === 'ok') current = replacement.conversation;
      return answer;
    };
    for (let i = 0; i < MAX_REPLACEMENTS_PER_HOUR; i += 1) {
      assert.equal(await replace(), 'ok');
      world.nowMs += 1_001;
    }
    const retryAfterMs = HOUR_MS - MAX_REPLACEMENTS_PER_HOUR * 1_001;
    assert.deepEqual(await replace(), { refused: 'rate_limited', retryAfterMs });
    assert.equal(await store.replaceConversation(world.replacement(anna, carl, other)), 'ok');
    world.nowMs += retryAfterMs - 1;
    assert.deepEqual(await replace(), { refused: 'rate_limited', retryAfterMs: 1 });
    world.nowMs += 1;
    assert.equal(await replace(), 'ok');
    world.nowMs -= 10 * HOUR_MS;
    assert.deepEqual(await replace(), { refused: 'rate_limited', retryAfterMs: HOUR_MS }, 'though the clock was put back');
  });

  test('refuses a REPLACE of a session that was replaced', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    await store.openSession(anna);
    assert.deepEqual(await store.replaceConversation(world.replacement(anna, bert, conversation)), { refused: 'replaced' });
    assert.equal((await store.findConversation(conversation))?.isOpen, true);
  });

  test('remembers after a restart what was replaced', async () => {
    const { world, store, anna, bert, conversation } = await talking();
    const replacement = world.replacement(anna, bert, conversation);
    await store.replaceConversation(replacement);
    const again = await setting.reopen();
    assert.equal(await again.replaceConversation(replacement), 'duplicate');
    assert.equal((await again.findConversation(conversation))?.isOpen, false);
  });
}
