import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Setting } from '../compliance.ts';
import { ALL } from '../world.ts';

export function orderRules(setting: Setting): void {
  test('carries calls out in the order in which they were made', async () => {
    const { world } = setting;
    const { store } = world;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const conversation = await world.conversation(anna, bert);
    const append = (epoch: bigint) => store.appendMessage({ by: anna, conversation, epoch, deliveries: [world.delivery(bert)] });
    const answers = await Promise.all([
      append(1n),
      append(2n),
      store.commit(world.commit(bert, conversation, 1n)),
      append(1n),
      append(2n),
      store.openSession(anna),
      append(2n),
      store.readMailbox(bert.device, 0n, 10, ALL),
    ]);
    const stale = { refused: 'stale_epoch' };
    assert.deepEqual(answers.slice(0, 5), ['ok', stale, 'ok', stale, 'ok']);
    assert.deepEqual(answers[6], { refused: 'replaced' });
    assert.equal(Array.isArray(answers[7]) && answers[7].length, 2);
  });

  test('lets a refused call change nothing and undo none of its neighbours', async () => {
    const { world } = setting;
    const { store } = world;
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const conversation = await world.conversation(anna, bert);
    const messages = Array.from({ length: 100 }, (_, index) =>
      store.appendMessage({ by: anna, conversation, epoch: index % 2 === 0 ? 1n : 9n, deliveries: [world.delivery(bert)] }),
    );
    const answers = await Promise.all(messages);
    assert.equal(answers.filter((answer) => answer === 'ok').length, 50);
    assert.equal((await (await setting.reopen()).readMailbox(bert.device, 0n, 1_000, ALL)).length, 50);
  });

  test('carries out everything that was called before it closes, and nothing after', async () => {
    const { world } = setting;
    const invites = Array.from({ length: 20 }, (_, index) => world.invite(`user${index}`));
    const registered = Array.from({ length: 20 }, (_, index) => world.store.register(world.registration(`user${index}`)));
    const closed = world.store.close();
    await assert.rejects(world.store.findUser('user0'));
    await closed;
    await world.store.close();
    await Promise.all(invites);
    assert.deepEqual(await Promise.all(registered), Array(20).fill('registered'));
    assert.equal((await (await setting.reopen()).listUsers({ after: '', limit: 100 })).length, 20);
  });
}
