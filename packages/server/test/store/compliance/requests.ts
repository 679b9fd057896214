import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { DAY_MS, hex } from '../world.ts';

export function requestRules(setting: Setting): void {
  test('stores an RTT and delivers it to the devices of both users', async () => {
    const { world } = setting;
    const [anna, sibling] = await world.user('anna', 2);
    const [bert] = await world.user('bert');
    const body = world.fresh();
    const request = world.request(anna, bert, { deliveries: [world.delivery(bert, body), world.delivery(sibling!, body)] });
    assert.equal(await world.store.openRequest(request), 'ok');
    assert.deepEqual(await world.mailbox(bert), [hex(body)]);
    assert.deepEqual(await world.mailbox(sibling!), [hex(body)]);
    assert.deepEqual(await world.store.findRequest(request.requestId), { from: 'anna', to: 'bert', hidden: false });
  });

  test('leaves out deliveries of an RTT to anybody else', async () => {
    const { world } = setting;
    const [[anna], [bert], [carl]] = await Promise.all([world.user('anna'), world.user('bert'), world.user('carl')]);
    const deliveries = [world.delivery(carl), world.delivery({ device: 'bert/0000000000000009' }), world.delivery(bert)];
    assert.equal(await world.store.openRequest(world.request(anna, bert, { deliveries })), 'ok');
    assert.deepEqual(await world.mailbox(carl), []);
    assert.equal((await world.mailbox(bert)).length, 1);
  });

  test('takes the identical RTT again as a duplicate and appends nothing, whatever became of it', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const request = world.request(anna, bert);
    assert.equal(await world.store.openRequest(request), 'ok');
    const again = { ...request, deliveries: [world.delivery(bert)] };
    assert.equal(await world.store.openRequest(again), 'duplicate');
    await world.store.refuseRequest(world.answer(bert, anna, request, { deliveries: [] }));
    assert.equal(await world.store.openRequest(again), 'duplicate');
    assert.equal((await world.mailbox(bert)).length, 1);
  });

  test('knows an RTT again by what its sender sent, whatever the server has put beside it', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const request = world.request(anna, bert);
    assert.equal(await world.store.openRequest(request), 'ok');
    assert.equal(await world.store.openRequest({ ...request, body: world.fresh(400) }), 'duplicate');
    const malformed = { refused: 'malformed' };
    assert.deepEqual(await world.store.openRequest({ ...request, sha256: world.fresh(32) }), malformed);
  });

  test('refuses another RTT under a request id that is taken', async () => {
    const { world } = setting;
    const [[anna], [bert], [carl]] = await Promise.all([world.user('anna'), world.user('bert'), world.user('carl')]);
    const request = world.request(anna, bert);
    await world.store.openRequest(request);
    const { requestId, sha256 } = request;
    const malformed = { refused: 'malformed' };
    assert.deepEqual(await world.store.openRequest(world.request(anna, bert, { requestId })), malformed);
    assert.deepEqual(await world.store.openRequest(world.request(anna, carl, { requestId, sha256 })), malformed);
    assert.deepEqual(await world.store.openRequest(world.request(carl, bert, { requestId, sha256 })), malformed);
    assert.deepEqual(await world.store.openRequest(world.request(bert, anna, { requestId, sha256 })), malformed);
    assert.deepEqual(await world.store.findRequest(requestId), { from: 'anna', to: 'bert', hidden: false });
    assert.equal((await world.mailbox(bert)).length, 1);
  });

  test('refuses an RTT to oneself', async () => {
    const [anna] = await setting.world.user('anna');
    assert.deepEqual(await setting.world.store.openRequest(setting.world.request(anna, anna)), { refused: 'malformed' });
  });

  test('refuses an RTT in the name of another user', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    assert.deepEqual(await world.store.openRequest(world.request(anna, bert, { from: 'carl' })), { refused: 'malformed' });
  });

  test('refuses an RTT to a user nobody knows', async () => {
    const [anna] = await setting.world.user('anna');
    const request = setting.world.request(anna, anna, { to: 'nobody' });
    assert.deepEqual(await setting.world.store.openRequest(request), { refused: 'unknown_user' });
  });

  test('finds no request under an id nobody used', async () => {
    assert.equal(await setting.world.store.findRequest(setting.world.fresh()), undefined);
  });

  test('refuses to ask again within 7 days of a refusal, and not later', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const request = world.request(anna, bert);
    await world.store.openRequest(request);
    world.nowMs += 3 * DAY_MS;
    await world.store.refuseRequest(world.answer(bert, anna, request));
    world.nowMs += 7 * DAY_MS - 1;
    assert.deepEqual(await world.store.openRequest(world.request(anna, bert)), { refused: 'refused_recently' });
    world.nowMs += 1;
    assert.equal(await world.store.openRequest(world.request(anna, bert)), 'ok');
  });

  test('lets the one who refused ask', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const request = world.request(anna, bert);
    await world.store.openRequest(request);
    await world.store.refuseRequest(world.answer(bert, anna, request));
    assert.equal(await world.store.openRequest(world.request(bert, anna)), 'ok');
  });

  test('refuses a 21st pending RTT of one user, until one is answered, cancelled or expired', async () => {
    const { world } = setting;
    const [anna] = await world.user('anna');
    const others = await Promise.all(Array.from({ length: 22 }, (_, index) => world.user(`other${index}`)));
    const requests = others.map(([other]) => world.request(anna, other));
    const answers = await Promise.all(requests.slice(0, 21).map((request) => world.store.openRequest(request)));
    assert.deepEqual(answers.slice(0, 20), Array(20).fill('ok'));
    assert.deepEqual(answers[20], { refused: 'quota_exceeded' });

    await world.store.refuseRequest(world.answer(others[0]![0], anna, requests[0]!));
    assert.equal(await world.store.openRequest(requests[20]!), 'ok');
    assert.deepEqual(await world.store.openRequest(requests[21]!), { refused: 'quota_exceeded' });
    await world.store.cancelRequest(world.answer(anna, others[1]![0], requests[1]!));
    assert.equal(await world.store.openRequest(requests[21]!), 'ok');
    assert.deepEqual(await world.store.openRequest(world.request(anna, others[1]![0])), { refused: 'quota_exceeded' });
    world.nowMs += 14 * DAY_MS;
    assert.equal(await world.store.openRequest(world.request(anna, others[1]![0])), 'ok');
  });

  test('refuses a 101st pending RTT to one user, but not one that replaces another', async () => {
    const { world } = setting;
    const [anna] = await world.user('anna');
    const others = await Promise.all(Array.from({ length: 101 }, (_, index) => world.user(`other${index}`)));
    const answers = await Promise.all(others.map(([other]) => world.store.openRequest(world.request(other, anna))));
    assert.deepEqual(answers.slice(0, 100), Array(100).fill('ok'));
    assert.deepEqual(answers[100], { refused: 'quota_exceeded' });
    assert.equal(await world.store.openRequest(world.request(others[0]![0], anna)), 'ok');
  });

  test('replaces a pending RTT by a newer one of the same user to the same user, as if it were cancelled', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const older = world.request(anna, bert);
    const newer = world.request(anna, bert);
    assert.equal(await world.store.openRequest(older), 'ok');
    assert.equal(await world.store.openRequest(newer), 'ok');
    assert.equal(await world.store.openRequest(older), 'duplicate', 'which does not come back');
    assert.equal((await world.mailbox(bert)).length, 2);
    const unknown = { refused: 'unknown_request' };
    assert.deepEqual(await world.store.acceptRequest(world.acceptance(bert, anna, older)), unknown);
    assert.deepEqual(await world.store.refuseRequest(world.answer(bert, anna, older)), unknown);
    assert.deepEqual(await world.store.cancelRequest(world.answer(anna, bert, older)), unknown);
    assert.deepEqual(await world.store.openRequest(world.request(bert, anna)), { refused: 'crossed', first: newer.body });
    assert.equal(await world.store.acceptRequest(world.acceptance(bert, anna, newer)), 'ok');
  });

  test('replaces no RTT to or from anybody else', async () => {
    const { world } = setting;
    const [[anna], [bert], [carl]] = await Promise.all([world.user('anna'), world.user('bert'), world.user('carl')]);
    const others = [world.request(anna, carl), world.request(carl, bert)] as const;
    for (const request of [...others, world.request(anna, bert), world.request(anna, bert)]) {
      assert.equal(await world.store.openRequest(request), 'ok');
    }
    assert.equal(await world.store.acceptRequest(world.acceptance(carl, anna, others[0])), 'ok');
    assert.equal(await world.store.acceptRequest(world.acceptance(bert, carl, others[1])), 'ok');
  });

  test('counts one that replaces another among the 20 pending once', async () => {
    const { world } = setting;
    const [anna] = await world.user('anna');
    const others = await Promise.all(Array.from({ length: 21 }, (_, index) => world.user(`other${index}`)));
    for (const [other] of others.slice(0, 20)) {
      assert.equal(await world.store.openRequest(world.request(anna, other)), 'ok');
    }
    assert.equal(await world.store.openRequest(world.request(anna, others[0]![0])), 'ok');
    assert.deepEqual(await world.store.openRequest(world.request(anna, others[20]![0])), { refused: 'quota_exceeded' });
  });

  test('refuses another RTT to a user after 5 of one day were cancelled or replaced, until a day has gone by', async () => {
    const { world } = setting;
    const [[anna], [bert], [carl]] = await Promise.all([world.user('anna'), world.user('bert'), world.user('carl')]);
    const ask = (to = bert) => world.store.openRequest(world.request(anna, to, { deliveries: [] }));
    for (let i = 0; i < 3; i++) {
      const request = world.request(anna, bert);
      assert.equal(await world.store.openRequest(request), 'ok');
      assert.equal(await world.store.cancelRequest(world.answer(anna, bert, request)), 'ok');
    }
    for (let i = 0; i < 3; i++) assert.equal(await ask(), 'ok');
    world.nowMs += DAY_MS - 1;
    assert.deepEqual(await ask(), { refused: 'quota_exceeded' });
    assert.equal(await ask(carl), 'ok');
    world.nowMs += 1;
    assert.equal(await ask(), 'ok');
  });

  test('refuses another RTT of a user after 50 of one day were cancelled or replaced', async () => {
    const { world } = setting;
    const [anna] = await world.user('anna');
    const others = await Promise.all(Array.from({ length: 11 }, (_, index) => world.user(`other${index}`)));
    for (const [other] of others.slice(0, 10)) {
      for (let i = 0; i < 5; i++) {
        const request = world.request(anna, other, { deliveries: [] });
        assert.equal(await world.store.openRequest(request), 'ok');
        assert.equal(await world.store.cancelRequest(world.answer(anna, other, request)), 'ok');
      }
    }
    const last = world.request(anna, others[10]![0]);
    assert.deepEqual(await world.store.openRequest(last), { refused: 'quota_exceeded' });
    assert.equal(await world.store.openRequest(world.request(others[10]![0], anna)), 'ok', 'others may ask');
    world.nowMs += DAY_MS;
    assert.equal(await world.store.openRequest(world.request(anna, others[9]![0])), 'ok');
  });

  test('checks a recent refusal before the caps', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const others = await Promise.all(Array.from({ length: 20 }, (_, index) => world.user(`other${index}`)));
    const request = world.request(anna, bert);
    await world.store.openRequest(request);
    await world.store.refuseRequest(world.answer(bert, anna, request));
    for (const [other] of others) await world.store.openRequest(world.request(anna, other));
    assert.deepEqual(await world.store.openRequest(world.request(anna, bert)), { refused: 'refused_recently' });
  });

  test('refuses a request that crosses another and returns the first', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const request = world.request(anna, bert);
    assert.equal(await world.store.openRequest(request), 'ok');
    assert.deepEqual(await world.store.openRequest(world.request(bert, anna)), { refused: 'crossed', first: request.body });
    assert.deepEqual(await world.mailbox(anna), []);
    assert.equal(await world.store.acceptRequest(world.acceptance(bert, anna, request)), 'ok');
  });

  test('lets exactly one of two requests that cross at once be first', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const answers = await Promise.all(
      [anna, bert].map((by) => world.store.openRequest(world.request(by, by === anna ? bert : anna))),
    );
    assert.equal(answers[0], 'ok');
    assert.equal(typeof answers[1] === 'object' && answers[1].refused, 'crossed');
  });

  test('crosses nothing that is cancelled, refused or expired', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const cancelled = world.request(anna, bert);
    await world.store.openRequest(cancelled);
    await world.store.cancelRequest(world.answer(anna, bert, cancelled));
    const refused = world.request(bert, anna);
    assert.equal(await world.store.openRequest(refused), 'ok');
    await world.store.refuseRequest(world.answer(anna, bert, refused));
    assert.equal(await world.store.openRequest(world.request(anna, bert)), 'ok');
    world.nowMs += 14 * DAY_MS;
    assert.equal(await world.store.openRequest(world.request(bert, anna)), 'ok');
  });

  test('refuses an RTT between users who may talk already, either way', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    await world.conversation(anna, bert);
    assert.deepEqual(await world.store.openRequest(world.request(anna, bert)), { refused: 'already_answered' });
    assert.deepEqual(await world.store.openRequest(world.request(bert, anna)), { refused: 'already_answered' });
  });

  test('refuses an RTT of a session that was replaced', async () => {
    const { world } = setting;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    await world.store.openSession(anna);
    const request = world.request(anna, bert);
    assert.deepEqual(await world.store.openRequest(request), { refused: 'replaced' });
    assert.equal(await world.store.findRequest(request.requestId), undefined);
  });
}
