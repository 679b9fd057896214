import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { MessageSchema, RttSchema } from '@parley/protocol/wire';
import fc from 'fast-check';
import { replaceGroup } from '../src/conversations/replace-group.ts';
import { markBroken } from '../src/conversations/replaced.ts';
import { accept } from '../src/conversations/requests.ts';
import { ConversationSchema, MessageKind, MessageRowSchema } from '../src/gen/rows_pb.ts';
import { History, type HistoryEntry } from '../src/history.ts';
import { conversationTable } from '../src/records/records.ts';
import type { Change, ScanRange } from '../src/vault/vault.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { Scene } from './support/scene.ts';
import { World } from './support/world.ts';

test("says of one's own whether the OK has come, and nothing of that of others", async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  await alice.deliver(Opcode.MESSAGE, toBinary(MessageSchema, await scene.say(bob, 'alice', 'theirs')));
  await scene.say(alice, 'bob', 'taken');
  await alice.send('bob', 'refused');
  await alice.refuse(alice.waiting(Opcode.MESSAGE)[0]?.key ?? '', 'too_large');
  await alice.send('bob', 'on its way');
  const entries = await alice.history.page('bob');
  assert.deepEqual(
    entries.map((entry) => [entry.from, textOf(entry), entry.state]),
    [
      ['bob', 'theirs', undefined],
      ['alice', 'taken', 'sent'],
      ['alice', 'refused', 'refused'],
      ['alice', 'on its way', 'waiting'],
    ],
  );
});

test('has what was typed to a user whose group is not made yet', async () => {
  const { bob } = await (await Scene.create()).accepting();
  await bob.send('alice', 'one');
  await bob.send('alice', 'two');
  assert.deepEqual(bob.history.peers(), ['alice']);
  const entries = await all(bob.history, 'alice');
  assert.deepEqual(
    entries.map((entry) => [entry.from, textOf(entry), entry.state]),
    [
      ['bob', 'one', 'waiting'],
      ['bob', 'two', 'waiting'],
    ],
  );
  assert.deepEqual(await bob.history.page('alice', { after: entries[1]?.position ?? 0 }), []);
});

test('says refused of what waited in a conversation that the server has forgotten, and why', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  await alice.send('bob', 'hello', '1');
  const key = toHex(alice.conversationWith('bob').id);
  await bob.publish();
  await alice.context.records.transact(async (transaction) => markBroken(alice.context, transaction, key));
  await replaceGroup(alice.context, key);
  await alice.refuse(alice.waiting(Opcode.REPLACE)[0]?.key ?? '', 'unknown_conversation');
  assert.deepEqual(
    (await alice.history.page('bob')).map(({ state }) => state),
    ['refused'],
  );
  const message = 'a message to bob was not sent: the server has lost the conversation';
  assert.deepEqual(alice.of('error')[0], { event: 'error', code: 'no_consent', message, id: '1', user: 'bob' });
});

test('is the same from an open vault as from the client that has it open, over a replacement and a gap', async () => {
  await using world = await World.create();
  const { alice, bob } = await world.pair();
  alice.client.send('bob', 'one', '1');
  await bob.events.next('message');
  await alice.client.flush();
  const old = new MemoryVault(new Map(alice.vault.rows));
  bob.client.send('alice', 'two', '2');
  await alice.events.next('message');
  await alice.client.quit();
  const restored = await world.start('alice', old);
  await restored.events.next('error', ({ code }) => code === 'unreadable');
  bob.client.send('alice', 'three', '3');
  await restored.events.next('message', ({ text }) => text === 'three');
  await restored.client.flush();
  const entries = await all(restored.client.history, 'bob');
  assert.deepEqual(entries.map(textOf), ['one', undefined, 'three']);
  await restored.client.quit();
  assert.deepEqual(await all(await History.open(restored.vault), 'bob'), entries);
});

test('shows nothing of a conversation that was never made', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await bob.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(alice, 'bob')));
  await accept(bob.context, 'alice');
  await bob.settled();
  await bob.send('alice', 'hello');
  await bob.refuse(bob.waiting(Opcode.ACCEPT)[0]?.key ?? '', 'unknown_request');
  assert.deepEqual(bob.history.peers(), []);
  assert.equal([...bob.vault.rows.values()].filter(({ collection }) => collection === 'message').length, 0);
});

test('is pages that make up the whole, whatever their size and direction, over several groups of one conversation', async () => {
  const vault = await vaultOf('alice');
  const row = fc.record({ thread: fc.integer({ min: 0, max: 2 }), text: fc.string({ maxLength: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), async (drawn, limit) => {
      await fill(vault, drawn);
      const history = await History.open(vault);
      const expected = drawn.map(({ text }) => text);
      assert.deepEqual((await all(history, 'bob')).map(textOf), expected);
      const forward: HistoryEntry[] = [];
      for (let after = 0; ; after = forward.at(-1)?.position ?? 0) {
        const page = await history.page('bob', { after, limit });
        forward.push(...page);
        if (page.length < limit) break;
      }
      assert.deepEqual(forward.map(textOf), expected);
      const backward: HistoryEntry[] = [];
      for (;;) {
        const [first] = backward;
        const page = await history.page('bob', { ...(first && { before: first.position }), limit });
        backward.unshift(...page);
        if (page.length < limit) break;
      }
      assert.deepEqual(backward.map(textOf), expected);
    }),
    { numRuns: 40 },
  );
});

test('reads no more than a page at a time', async () => {
  const vault = await vaultOf('alice');
  await fill(
    vault,
    Array.from({ length: 1_700 }, (_, i) => ({ thread: 0, text: String(i) })),
  );
  const asked: ScanRange[] = [];
  const scan = vault.scan.bind(vault);
  vault.scan = (collection, range) => {
    if (collection === 'message') asked.push(range ?? {});
    return scan(collection, range);
  };
  const history = await History.open(vault);
  assert.equal(asked.length, 0);
  assert.equal((await all(history, 'bob')).length, 1_700);
  assert.deepEqual(
    asked.map(({ limit }) => limit),
    new Array(4 * 3).fill(500),
    'four pages, of the three groups of this conversation',
  );
});

test('says not_found where there is no account', async () => {
  await assert.rejects(History.open(new MemoryVault()), { name: 'VaultError', code: 'not_found' });
});

test('shows what it does not know as unknown', async () => {
  const vault = await vaultOf('alice');
  await fill(vault, [{ thread: 0, text: 'x', kind: MessageKind.UNKNOWN }]);
  const [entry] = await all(await History.open(vault), 'bob');
  assert.deepEqual([entry?.kind, entry?.from, entry?.conversation], ['unknown', 'bob', 'bob']);
});

function textOf(entry: HistoryEntry): string | undefined {
  return entry.kind === 'text' ? entry.text : undefined;
}

async function all(history: History, peer: string): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for await (const entry of history.entries(peer)) entries.push(entry);
  return entries;
}

async function vaultOf(user: string): Promise<MemoryVault> {
  const scene = await Scene.create();
  return (await scene.device(user)).vault;
}

/** Messages of bob, in the order in which they came, in three conversations with him and, of somebody else's, one. */
async function fill(vault: MemoryVault, rows: readonly { thread: number; text: string; kind?: MessageKind }[]): Promise<void> {
  for (const [key, { collection }] of vault.rows) if (collection === 'message') vault.rows.delete(key);
  const table = conversationTable();
  const conversation = (number: number, peer: string): Change => {
    const id = new Uint8Array(16).fill(number + 1);
    return { put: table.row(create(ConversationSchema, { id, peer, thread: id })) };
  };
  const message = (thread: number, order: number, text: string, kind: MessageKind = MessageKind.TEXT): Change => {
    const id = Uint8Array.from({ length: 16 }, (_, i) => (i < 4 ? order >> (8 * i) : thread));
    const value = toBinary(MessageRowSchema, create(MessageRowSchema, { id, author: 'bob', sentMs: order, kind, text }));
    const hex = Buffer.from(id).toString('hex');
    return {
      put: { collection: 'message', key: hex, group: `${(thread + 1).toString(16).padStart(2, '0')}`.repeat(16), order, value },
    };
  };
  await vault.write([
    ...[0, 1, 2].map((number) => conversation(number, 'bob')),
    conversation(3, 'carol'),
    ...rows.map(({ thread, text, kind }, index) => message(thread, 2 * index + 1, text, kind)),
    ...rows.map((_, index) => message(3, 2 * index + 2, 'of carol')),
  ]);
}
