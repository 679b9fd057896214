import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { DAY_MS, hex, type TestDevice } from '../world.ts';

export function answerRules(setting: Setting): void {
  async function asked() {
    const { world } = setting;
    const [[anna], [bert], [carl]] = await Promise.all([world.user('anna'), world.user('bert'), world.user('carl')]);
    const request = world.request(anna, bert, { deliveries: [] });
    assert.equal(await world.store.openRequest(request), 'ok');
    return { world, store: world.store, anna, bert, carl, request };
  }
  const unknown = { refused: 'unknown_request' };
  const tooLate = { refused: 'already_answered' };

  test('makes conversation and consent of an ACCEPT, and delivers it to both users', async () => {
    const { world, store, anna, bert, request } = await asked();
    const acceptance = world.acceptance(bert, anna, request, { suite: 83, epoch: 7n });
    assert.equal(await store.acceptRequest(acceptance), 'ok');
    const { conversation } = acceptance;
    const members = [anna.device, bert.device];
    assert.deepEqual(await store.findConversation(conversation), {
      conversation,
      epoch: 7n,
      users: ['anna', 'bert'],
      members,
      isOpen: true,
    });
    assert.deepEqual(await store.contacts('anna'), ['bert']);
    assert.deepEqual(await store.contacts('bert'), ['anna']);
    assert.deepEqual(await world.mailbox(anna), [hex(acceptance.deliveries[0]!.body)]);
  });

  test('takes the identical ACCEPT again as a duplicate and appends nothing', async () => {
    const { world, store, anna, bert, request } = await asked();
    const acceptance = world.acceptance(bert, anna, request);
    assert.equal(await store.acceptRequest(acceptance), 'ok');
    assert.equal(await store.acceptRequest({ ...acceptance, deliveries: [world.delivery(anna)] }), 'duplicate');
    assert.equal((await world.mailbox(anna)).length, 1);
  });

  test('lets the first of two devices that accept at once win', async () => {
    const { world, store, anna } = await asked();
    const [carl, sibling] = await world.user('dora', 2);
    const request = world.request(anna, carl);
    await store.openRequest(request);
    const answers = [carl, sibling!].map((by) => store.acceptRequest(world.acceptance(by, anna, request)));
    assert.deepEqual(await Promise.all(answers), ['ok', tooLate]);
    assert.equal((await world.mailbox(anna)).length, 1);
  });

  test('refuses an ACCEPT after a REFUSE', async () => {
    const { world, store, anna, bert, request } = await asked();
    assert.equal(await store.refuseRequest(world.answer(bert, anna, request)), 'ok');
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request)), tooLate);
    assert.deepEqual(await store.contacts('anna'), []);
  });

  test('refuses a REFUSE after an ACCEPT', async () => {
    const { world, store, anna, bert, request } = await asked();
    await store.acceptRequest(world.acceptance(bert, anna, request));
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, request)), tooLate);
    assert.deepEqual(await store.contacts('anna'), ['bert']);
  });

  test('refuses a CANCEL after an ACCEPT and after a REFUSE', async () => {
    const { world, store, anna, bert, carl, request } = await asked();
    const other = world.request(anna, carl);
    await store.openRequest(other);
    await store.acceptRequest(world.acceptance(bert, anna, request));
    await store.refuseRequest(world.answer(carl, anna, other));
    assert.deepEqual(await store.cancelRequest(world.answer(anna, bert, request)), tooLate);
    assert.deepEqual(await store.cancelRequest(world.answer(anna, carl, other)), tooLate);
  });

  test('refuses to answer a request that is cancelled', async () => {
    const { world, store, anna, bert, request } = await asked();
    assert.equal(await store.cancelRequest(world.answer(anna, bert, request)), 'ok');
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request)), unknown);
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, request)), unknown);
    assert.equal((await world.mailbox(bert)).length, 1, 'the CANCEL');
  });

  test('refuses to answer or cancel a request that has expired, from 14 days on', async () => {
    const { world, store, anna, bert, carl, request } = await asked();
    const other = world.request(anna, carl);
    await store.openRequest(other);
    world.nowMs += 14 * DAY_MS - 1;
    assert.equal(await store.acceptRequest(world.acceptance(carl, anna, other)), 'ok');
    world.nowMs += 1;
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request)), unknown);
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, request)), unknown);
    assert.deepEqual(await store.cancelRequest(world.answer(anna, bert, request)), unknown);
  });

  test('takes the identical REFUSE and CANCEL again as duplicates, and others as answered', async () => {
    const { world, store, anna, bert, carl, request } = await asked();
    const other = world.request(anna, carl, { deliveries: [] });
    await store.openRequest(other);
    const refusal = world.answer(bert, anna, request);
    const cancellation = world.answer(anna, carl, other);
    assert.equal(await store.refuseRequest(refusal), 'ok');
    assert.equal(await store.cancelRequest(cancellation), 'ok');
    assert.equal(await store.refuseRequest({ ...refusal, deliveries: [world.delivery(anna)] }), 'duplicate');
    assert.equal(await store.cancelRequest({ ...cancellation, deliveries: [world.delivery(carl)] }), 'duplicate');
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, request)), tooLate);
    assert.deepEqual(await store.cancelRequest(world.answer(anna, carl, other)), tooLate);
    assert.equal((await world.mailbox(anna)).length, 1);
    assert.equal((await world.mailbox(carl)).length, 1);
  });

  test('does not take one kind of answer for a duplicate of another with the same hash', async () => {
    const { world, store, anna, bert, request } = await asked();
    const acceptance = world.acceptance(bert, anna, request);
    await store.acceptRequest(acceptance);
    const { sha256 } = acceptance;
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, request, { sha256 })), tooLate);
    assert.deepEqual(await store.cancelRequest(world.answer(anna, bert, request, { sha256 })), tooLate);
  });

  test('knows no request for anybody but its two users, each in his own part', async () => {
    const { world, store, anna, bert, carl, request } = await asked();
    const wrong: [TestDevice, TestDevice][] = [
      [carl, anna],
      [carl, bert],
      [anna, bert],
      [bert, carl],
    ];
    for (const [by, to] of wrong) {
      assert.deepEqual(await store.acceptRequest(world.acceptance(by, to, request)), unknown);
      assert.deepEqual(await store.refuseRequest(world.answer(by, to, request)), unknown);
    }
    assert.deepEqual(await store.cancelRequest(world.answer(bert, anna, request)), unknown);
    assert.deepEqual(await store.cancelRequest(world.answer(carl, bert, request)), unknown);
    assert.deepEqual(await store.acceptRequest(world.acceptance(carl, anna, request, { from: 'bert' })), unknown);
    assert.equal(await store.acceptRequest(world.acceptance(bert, anna, request)), 'ok');
  });

  test('knows no request under an id nobody used', async () => {
    const { world, store, anna, bert } = await asked();
    const request = { requestId: world.fresh() };
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request)), unknown);
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, request)), unknown);
    assert.deepEqual(await store.cancelRequest(world.answer(anna, bert, request)), unknown);
  });

  const malformed = { refused: 'malformed' };
  const wrongMembers = {
    'a device of a third user': (anna: TestDevice, bert: TestDevice, carl: TestDevice) => [anna, bert, carl],
    'a device that is not listed': (anna: TestDevice, bert: TestDevice) => [
      anna,
      bert,
      { device: 'bert/0000000000000007' as const },
    ],
    'none of the requester': (_: TestDevice, bert: TestDevice) => [bert],
    'not the device that answers': (anna: TestDevice) => [anna],
    'one device twice': (anna: TestDevice, bert: TestDevice) => [anna, bert, bert],
    'no members at all': () => [],
  };
  for (const [what, members] of Object.entries(wrongMembers)) {
    test(`refuses an ACCEPT with ${what} as members, and the request stays open`, async () => {
      const { world, store, anna, bert, carl, request } = await asked();
      const acceptance = world.acceptance(bert, anna, request);
      const wrong = { ...acceptance, members: members(anna, bert, carl).map((member) => member.device) };
      assert.deepEqual(await store.acceptRequest(wrong), malformed);
      assert.equal(await store.findConversation(acceptance.conversation), undefined);
      assert.deepEqual(await world.mailbox(anna), []);
      assert.equal(await store.acceptRequest(acceptance), 'ok');
    });
  }

  test('refuses an ACCEPT with the id of a conversation that exists', async () => {
    const { world, store, anna, bert, carl, request } = await asked();
    const conversation = await world.conversation(anna, carl);
    const before = await store.findConversation(conversation);
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request, { conversation })), malformed);
    assert.deepEqual(await store.findConversation(conversation), before);
    assert.deepEqual(await store.contacts('bert'), []);
  });

  test('refuses an ACCEPT with an epoch of 2^63 or more', async () => {
    const { world, store, anna, bert, request } = await asked();
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request, { epoch: 2n ** 63n })), malformed);
  });

  /** Two of one user to one user pend at once only where the clock was put back: the first had expired when the second came. */
  async function askedTwice() {
    const { world, store, anna, bert, carl, request } = await asked();
    world.nowMs += 14 * DAY_MS;
    const second = world.request(anna, bert);
    assert.equal(await store.openRequest(second), 'ok');
    world.nowMs -= 14 * DAY_MS;
    return { world, store, anna, bert, carl, request, second };
  }

  test('settles what else is pending between two users who may talk now', async () => {
    const { world, store, anna, bert, request, second } = await askedTwice();
    await store.acceptRequest(world.acceptance(bert, anna, request));
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, second)), tooLate);
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, second)), tooLate);
    assert.deepEqual(await store.cancelRequest(world.answer(anna, bert, second)), tooLate);
  });

  test('refuses with one request whatever else its sender has pending to that user', async () => {
    const { world, store, anna, bert, carl, request, second } = await askedTwice();
    const others = [world.request(anna, carl), world.request(carl, bert)] as const;
    for (const other of others) await store.openRequest(other);
    assert.equal(await store.refuseRequest(world.answer(bert, anna, second)), 'ok');
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request)), tooLate);
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, request)), tooLate);
    assert.equal(await store.acceptRequest(world.acceptance(carl, anna, others[0])), 'ok');
    assert.equal(await store.acceptRequest(world.acceptance(bert, carl, others[1])), 'ok');
  });

  test('refuses a second ACCEPT of a pair though the clock was put back', async () => {
    const { world, store, anna, bert, request } = await asked();
    world.nowMs += 14 * DAY_MS;
    await world.conversation(anna, bert);
    world.nowMs -= 14 * DAY_MS;
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request)), tooLate);
  });

  test('refuses answers of a session that was replaced', async () => {
    const { world, store, anna, bert, request } = await asked();
    await store.openSession(anna);
    await store.openSession(bert);
    const replaced = { refused: 'replaced' };
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request)), replaced);
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, request)), replaced);
    assert.deepEqual(await store.cancelRequest(world.answer(anna, bert, request)), replaced);
    assert.deepEqual(await store.contacts('anna'), []);
  });
}
