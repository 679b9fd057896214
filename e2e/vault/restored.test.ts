import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parley } from '../support/process.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { exported, exportedTexts } from '../support/vaults.ts';
import { befriend, say, World } from '../support/world.ts';

/** What a user's program was told that went wrong. */
function errors(client: ScriptClient): unknown[] {
  return client.events.filter(({ event }) => event === 'error').map(({ code }) => code);
}

test('an old copy of a vault that is put back heals by itself, and says what is missing', async () => {
  await using world = await World.start();
  const [first, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', first], ['bob', bob]);
  await say(['alice', first], ['bob', bob], 'one', '1');
  await say(['bob', bob], ['alice', first], 'two', '2');
  await first.quit();
  const backup = join(world.folder, 'backup');
  cpSync(world.clientFolder('alice'), backup, { recursive: true });

  const second = world.start('alice');
  await second.next('ready');
  await say(['bob', bob], ['alice', second], 'three', '3');
  await say(['alice', second], ['bob', bob], 'four', '4');
  await second.quit();
  rmSync(world.clientFolder('alice'), { recursive: true });
  cpSync(backup, world.clientFolder('alice'), { recursive: true });

  const restored = world.start('alice');
  const { message } = await restored.next('error', { code: 'unreadable' });
  assert.match(String(message), /data is an old copy: messages are missing in 1 conversations?, which go on with new keys/);
  await say(['alice', restored], ['bob', bob], 'five', '5');
  await say(['bob', bob], ['alice', restored], 'six', '6');
  assert.deepEqual(errors(bob), [], 'nothing is missing at the other end');
  await restored.quit();
  await bob.quit();

  assert.deepEqual(await exportedTexts(world, 'alice'), ['one', 'two', 'gap', 'five', 'six']);
  const gap = (await exported(world, 'alice'))[2];
  assert.deepEqual([gap?.conversation, gap?.from], ['bob', 'bob']);
  const forPeople = await parley(['export', '--data', world.clientFolder('alice')]);
  assert.match(forPeople.stdout, /two\n.*Something that bob has sent is missing here.*\n.*five\n/);
  assert.deepEqual(await exportedTexts(world, 'bob'), ['one', 'two', 'three', 'four', 'five', 'six']);
});

test('what was sent to an old copy before it was put back is shown, or its place is marked', async () => {
  await using world = await World.start();
  const [first, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', first], ['bob', bob]);
  await first.quit();
  const backup = join(world.folder, 'backup');
  cpSync(world.clientFolder('alice'), backup, { recursive: true });
  const second = world.start('alice');
  await second.next('ready');
  await say(['bob', bob], ['alice', second], 'seen and lost', '1');
  await second.quit();
  bob.send({ do: 'send', to: 'alice', text: 'while alice is away', id: '2' });
  await bob.next('sent', { id: '2' });
  rmSync(world.clientFolder('alice'), { recursive: true });
  cpSync(backup, world.clientFolder('alice'), { recursive: true });

  const restored = world.start('alice');
  await restored.next('error', { code: 'unreadable' });
  await say(['bob', bob], ['alice', restored], 'afterwards', '3');
  await restored.quit();
  const texts = await exportedTexts(world, 'alice');
  const kept = texts.filter((text) => text !== 'gap');
  const gaps = texts.length - kept.length;
  assert.ok(gaps > 0, String(texts));
  assert.deepEqual(kept.slice(-1), ['afterwards']);
  const isThere = kept.includes('while alice is away');
  assert.ok(isThere || gaps > 1, `a message that can be read no more has a mark of its own: ${texts}`);
  const shown = restored.events.filter(({ event }) => event === 'message').map(({ text }) => text);
  assert.deepEqual(shown, kept);
});

test('an account whose vault is lost comes back with its phrase: the conversation heals, and says what is missing', async () => {
  await using world = await World.start();
  const { phrase } = await world.join('alice');
  const first = world.start('alice');
  await first.next('ready');
  const bob = await world.enter('bob');
  await befriend(['alice', first], ['bob', bob]);
  await say(['alice', first], ['bob', bob], 'one', '1');
  await say(['bob', bob], ['alice', first], 'two', '2');
  await first.quit();
  rmSync(world.clientFolder('alice'), { recursive: true });
  bob.send({ do: 'send', to: 'alice', text: 'to a device that is lost', id: '3' });
  await bob.next('sent', { id: '3' });

  const join = ['join', world.invite, 'alice', '--recover', '--data', world.clientFolder('alice')];
  const recovered = await parley(join, { env: { PARLEY_PHRASE: phrase } });
  assert.equal(recovered.code, 0, recovered.stderr);
  const alice = world.start('alice');
  await alice.next('accepted', { by: 'bob' });
  const { message } = await alice.next('error', { code: 'unreadable' });
  assert.match(String(message), /what you and bob have said before is missing here/);
  await say(['bob', bob], ['alice', alice], 'welcome back', '4');
  await say(['alice', alice], ['bob', bob], 'thank you', '5');
  assert.deepEqual(errors(bob), []);
  assert.deepEqual(errors(alice), ['unreadable']);
  await alice.quit();
  await bob.quit();

  assert.deepEqual(await exportedTexts(world, 'alice'), ['gap', 'welcome back', 'thank you']);
  assert.deepEqual(await exportedTexts(world, 'bob'), ['one', 'two', 'to a device that is lost', 'welcome back', 'thank you']);
});
