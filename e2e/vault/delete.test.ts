import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytesOf, exported, exportedTexts, sealedMessages, vaultFile } from '../support/vaults.ts';
import { befriend, say, World } from '../support/world.ts';

test('a deleted message is gone from every file of the vault as soon as `deleted` is there, and stays with the other one', async () => {
  await using world = await World.start();
  const [first, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', first], ['bob', bob]);
  for (let i = 0; i < 12; i += 1) await say(['bob', bob], ['alice', first], `from bob ${i}`.padEnd(97 * i, '.'), String(i));
  await say(['alice', first], ['bob', bob], 'from alice', 'own');
  const own = first.events.find(({ event, id }) => event === 'sent' && id === 'own')?.message;
  assert.equal(own, bob.events.findLast(({ event }) => event === 'message')?.id, 'one id at both ends');
  const received = first.events.filter(({ event }) => event === 'message').map(({ id }) => id);
  await first.quit();
  const file = vaultFile(world, 'alice');
  const before = sealedMessages(file);
  assert.equal(before.size, 13);

  const alice = world.start('alice');
  await alice.next('ready');
  const deleted = [received[2], received[11], own];
  alice.send(...deleted.map((id) => ({ do: 'delete', id })));
  assert.deepEqual(
    (await alice.collect('deleted', 3)).map(({ id }) => id),
    deleted,
  );
  const whileItRuns = bytesOf(world.clientFolder('alice'));
  alice.send({ do: 'delete', id: received[2] });
  const { code, id } = await alice.next('error');
  assert.deepEqual([code, id], ['unknown_message', received[2]]);
  await say(['alice', alice], ['bob', bob], 'afterwards', 'after');
  await alice.kill();

  const afterTheKill = bytesOf(world.clientFolder('alice'));
  const copy = join(world.folder, 'copy');
  cpSync(world.clientFolder('alice'), copy, { recursive: true });
  const after = sealedMessages(file.replace(world.clientFolder('alice'), copy));
  const gone = [...before].filter(([name]) => !after.has(name)).map(([, box]) => box);
  assert.equal(gone.length, 3);
  const kept = [...before].filter(([name]) => after.has(name)).map(([, box]) => box);
  for (const bytes of [whileItRuns, afterTheKill]) {
    for (const box of kept) assert.ok(bytes.includes(box.subarray(0, 32)), 'the search finds what is there');
    for (const box of gone) {
      for (let i = 0; i + 16 <= box.length; i += 16) assert.ok(!bytes.includes(box.subarray(i, i + 16)), `byte ${i}`);
    }
  }

  const left = await exported(world, 'alice');
  assert.deepEqual(
    left.filter((line) => deleted.includes(line.id as string)),
    [],
  );
  assert.equal(left.length, 11, 'all others, and what was said afterwards');
  await bob.quit();
  assert.equal((await exported(world, 'bob')).length, 14);
});

test('a message on its way cannot be deleted before it was sent: the user is told to wait, and it is sent', async () => {
  await using world = await World.start();
  const [first, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', first], ['bob', bob]);
  await world.server.stop();
  await first.next('offline');
  first.send({ do: 'send', to: 'bob', text: 'typed off line', id: '1' });
  await first.quit();
  const [waiting] = await exported(world, 'alice');
  assert.deepEqual([waiting?.text, waiting?.state], ['typed off line', 'waiting']);

  const alice = world.start('alice');
  alice.send({ do: 'delete', id: waiting?.id });
  const { code, message } = await alice.next('error');
  assert.equal(code, 'not_sent');
  assert.match(String(message), /on its way: delete it when it was sent/);
  await world.restartServer();
  const sent = await alice.next('sent', { id: '1' });
  assert.equal(sent.message, waiting?.id);
  await bob.next('message', { text: 'typed off line' });
  alice.send({ do: 'delete', id: waiting?.id });
  await alice.next('deleted', { id: waiting?.id });
  await alice.quit();
  assert.deepEqual(await exportedTexts(world, 'alice'), []);
});

test('a message typed before the other one could be reached is taken back by deleting it', async () => {
  await using world = await World.start();
  const [first, bob] = await world.enterAll('alice', 'bob');
  bob.send({ do: 'request', user: 'alice' });
  await first.next('request', { from: 'bob' });
  await world.server.stop();
  await first.next('offline');
  first.send({ do: 'accept', user: 'bob' });
  first.send({ do: 'send', to: 'bob', text: 'rash', id: '1' }, { do: 'send', to: 'bob', text: 'considered', id: '2' });
  await first.quit();
  const [rash] = await exported(world, 'alice');
  assert.deepEqual([rash?.text, rash?.state], ['rash', 'waiting']);

  const alice = world.start('alice');
  alice.send({ do: 'delete', id: rash?.id });
  await alice.next('deleted', { id: rash?.id });
  await world.restartServer();
  await alice.next('sent', { id: '2' });
  await bob.next('message', { text: 'considered' });
  assert.ok(!bob.events.some(({ text }) => text === 'rash'));
  assert.ok(!alice.events.some(({ event, id }) => event === 'sent' && id === '1'));
  await alice.quit();
  assert.deepEqual(await exportedTexts(world, 'alice'), ['considered']);
});
