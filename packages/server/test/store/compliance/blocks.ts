import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { DAY_MS, hex, type TestDevice } from '../world.ts';

export function blockRules(setting: Setting): void {
  async function pair() {
    const { world } = setting;
    const [[anna, sibling], [bert]] = await Promise.all([world.user('anna', 2), world.user('bert')]);
    const block = (by: TestDevice, user: string, blocked = true) =>
      world.store.setBlocked({ by, user, blocked, nowMs: world.nowMs });
    return { world, store: world.store, anna, sibling: sibling!, bert, block };
  }

  test('hides the RTT of a blocked user from the blocker, not from the sender', async () => {
    const { world, store, anna, sibling, bert, block } = await pair();
    assert.equal(await block(bert, 'anna'), 'ok');
    const request = world.request(anna, bert, { deliveries: [world.delivery(bert), world.delivery(sibling)] });
    assert.equal(await store.openRequest(request), 'hidden');
    assert.equal(await store.openRequest(request), 'duplicate');
    assert.deepEqual(await world.mailbox(bert), []);
    assert.equal((await world.mailbox(sibling)).length, 1);
    assert.deepEqual(await store.findRequest(request.requestId), { from: 'anna', to: 'bert', hidden: true });
  });

  test('knows no hidden request for the one who was asked', async () => {
    const { world, store, anna, bert, block } = await pair();
    await block(bert, 'anna');
    const request = world.request(anna, bert);
    await store.openRequest(request);
    const unknown = { refused: 'unknown_request' };
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, request)), unknown);
    assert.deepEqual(await store.refuseRequest(world.answer(bert, anna, request)), unknown);
  });

  test('cancels a hidden request without telling the blocker, once', async () => {
    const { world, store, anna, sibling, bert, block } = await pair();
    await block(bert, 'anna');
    const request = world.request(anna, bert, { deliveries: [] });
    await store.openRequest(request);
    const deliveries = [world.delivery(bert), world.delivery(sibling)];
    const cancellation = world.answer(anna, bert, request, { deliveries });
    assert.equal(await store.cancelRequest(cancellation), 'ok');
    assert.equal(await store.cancelRequest(cancellation), 'duplicate');
    assert.deepEqual(await world.mailbox(bert), []);
    assert.equal((await world.mailbox(sibling)).length, 1);
  });

  test('counts hidden requests like others, sent and received', async () => {
    const { world, store, anna, bert, block } = await pair();
    const others = await Promise.all(Array.from({ length: 100 }, (_, index) => world.user(`other${index}`)));
    await block(bert, 'anna');
    for (const [other] of others.slice(0, 19)) {
      await block(other, 'anna');
      assert.equal(await store.openRequest(world.request(anna, other)), 'hidden');
    }
    assert.equal(await store.openRequest(world.request(anna, bert)), 'hidden');
    assert.deepEqual(await store.openRequest(world.request(anna, others[99]![0])), { refused: 'quota_exceeded' });

    for (const [other] of others.slice(0, 99)) assert.equal(await store.openRequest(world.request(other, bert)), 'ok');
    assert.deepEqual(await store.openRequest(world.request(others[99]![0], bert)), { refused: 'quota_exceeded' });
  });

  test('replaces and counts hidden requests like others', async () => {
    const { world, store, anna, bert, block } = await pair();
    const shown = world.request(anna, bert);
    await store.openRequest(shown);
    await block(bert, 'anna');
    const hidden = Array.from({ length: 5 }, () => world.request(anna, bert));
    for (const request of hidden) assert.equal(await store.openRequest(request), 'hidden');
    assert.deepEqual(await store.openRequest(world.request(anna, bert)), { refused: 'quota_exceeded' });
    const unknown = { refused: 'unknown_request' };
    assert.deepEqual(await store.cancelRequest(world.answer(anna, bert, hidden[3]!)), unknown);
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, shown)), unknown);
    assert.equal(await store.cancelRequest(world.answer(anna, bert, hidden[4]!)), 'ok');
  });

  test('lets hidden requests expire', async () => {
    const { world, store, anna, bert, block } = await pair();
    await block(bert, 'anna');
    const request = world.request(anna, bert);
    await store.openRequest(request);
    world.nowMs += 14 * DAY_MS;
    assert.deepEqual(await store.cancelRequest(world.answer(anna, bert, request)), { refused: 'unknown_request' });
  });

  test('crosses no hidden request', async () => {
    const { world, store, anna, bert, block } = await pair();
    await block(bert, 'anna');
    assert.equal(await store.openRequest(world.request(anna, bert)), 'hidden');
    assert.equal(await store.openRequest(world.request(bert, anna)), 'ok');
    assert.equal((await world.mailbox(anna)).length, 1);
  });

  test('gives a blocked sender the codes that every sender gets', async () => {
    const { world, store, anna, bert, block } = await pair();
    const [carl] = await world.user('carl');
    const theirs = world.request(bert, anna);
    await store.openRequest(theirs);
    await block(bert, 'anna');
    assert.deepEqual(await store.openRequest(world.request(anna, bert)), { refused: 'crossed', first: theirs.body });
    await store.acceptRequest(world.acceptance(anna, bert, theirs));
    assert.deepEqual(await store.openRequest(world.request(anna, bert)), { refused: 'already_answered' });

    const refused = world.request(anna, carl);
    await store.openRequest(refused);
    await store.refuseRequest(world.answer(carl, anna, refused));
    await block(carl, 'anna');
    assert.deepEqual(await store.openRequest(world.request(anna, carl)), { refused: 'refused_recently' });
  });

  test('settles a hidden request when the blocker asks and is accepted', async () => {
    const { world, store, anna, bert, block } = await pair();
    await block(bert, 'anna');
    const hidden = world.request(anna, bert);
    await store.openRequest(hidden);
    const request = world.request(bert, anna);
    await store.openRequest(request);
    assert.equal(await store.acceptRequest(world.acceptance(anna, bert, request)), 'ok');
    assert.deepEqual(await store.cancelRequest(world.answer(anna, bert, hidden)), { refused: 'already_answered' });
  });

  test('keeps a request hidden after the block is lifted, and shows a new one', async () => {
    const { world, store, anna, bert, block } = await pair();
    await block(bert, 'anna');
    const hidden = world.request(anna, bert);
    await store.openRequest(hidden);
    assert.equal(await block(bert, 'anna', false), 'ok');
    assert.deepEqual(await store.acceptRequest(world.acceptance(bert, anna, hidden)), { refused: 'unknown_request' });
    assert.equal(await store.openRequest(world.request(anna, bert)), 'ok');
  });

  test('answers a blocked sender of a MESSAGE but withholds it from the blocker', async () => {
    const { world, store, anna, sibling, bert, block } = await pair();
    const conversation = await world.conversation(anna, bert, sibling);
    await block(bert, 'anna');
    const body = world.fresh();
    const deliveries = [world.delivery(bert, body), world.delivery(sibling, body)];
    assert.deepEqual(await store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries }), { withheld: [bert.device] });
    assert.deepEqual(await world.mailbox(bert), []);
    assert.deepEqual(await world.mailbox(sibling), [hex(body)]);
    const answer = await store.appendMessage({ by: bert, conversation, epoch: 1n, deliveries: [world.delivery(anna)] });
    assert.equal(answer, 'ok', 'the blocker can still write');
  });

  test('delivers again once the block is lifted', async () => {
    const { world, store, anna, bert, block } = await pair();
    const conversation = await world.conversation(anna, bert);
    await block(bert, 'anna');
    await block(bert, 'anna', false);
    assert.equal(await store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries: [world.delivery(bert)] }), 'ok');
    assert.equal((await world.mailbox(bert)).length, 1);
  });

  test('refuses a blocked sender of a MESSAGE what it refuses everybody', async () => {
    const { world, store, anna, bert, block } = await pair();
    const conversation = await world.conversation(anna, bert);
    await block(bert, 'anna');
    assert.deepEqual(await store.appendMessage({ by: anna, conversation, epoch: 2n, deliveries: [] }), {
      refused: 'stale_epoch',
    });
  });

  test('does not hold up the COMMIT of a blocked user', async () => {
    const { world, store, anna, bert, block } = await pair();
    const conversation = await world.conversation(anna, bert);
    await block(bert, 'anna');
    assert.equal(await store.commit(world.commit(anna, conversation, 1n, { deliveries: [world.delivery(bert)] })), 'ok');
    assert.equal((await world.mailbox(bert)).length, 1);
  });

  test('names as contacts those who may talk, in order, without either side of a block', async () => {
    const { world, store, anna, bert, block } = await pair();
    const [[dora], [carl]] = await Promise.all([world.user('dora'), world.user('carl')]);
    for (const other of [dora, bert, carl]) await world.conversation(anna, other);
    assert.deepEqual(await store.contacts('anna'), ['bert', 'carl', 'dora']);
    await block(anna, 'bert');
    await block(carl, 'anna');
    assert.deepEqual(await store.contacts('anna'), ['dora']);
    assert.deepEqual(await store.contacts('bert'), []);
    assert.deepEqual(await store.contacts('carl'), []);
    assert.deepEqual(await store.contacts('nobody'), []);
  });

  test('blocks twice as once, and nobody who does not exist, and not oneself', async () => {
    const { world, store, anna, bert, block } = await pair();
    await world.conversation(anna, bert);
    for (const user of ['bert', 'bert', 'nobody', 'anna']) assert.equal(await block(anna, user), 'ok');
    assert.equal(await block(anna, 'bert', false), 'ok');
    assert.equal(await block(anna, 'nobody', false), 'ok');
    assert.deepEqual(await store.contacts('anna'), ['bert']);
  });

  test('refuses a block of a session that was replaced', async () => {
    const { store, anna, bert, block } = await pair();
    await store.openSession(bert);
    assert.deepEqual(await block(bert, 'anna'), { refused: 'replaced' });
    assert.equal(await store.openRequest(setting.world.request(anna, bert)), 'ok');
  });
}
