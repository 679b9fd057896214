import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { MAX_FUTURE_CIPHERTEXT, MAX_FUTURE_MESSAGES, MAX_TEXT_BYTES, Opcode, toHex } from '@parley/protocol';
import { type Commit, CommitSchema, ContentSchema, type Message, MessageSchema, TextSchema } from '@parley/protocol/wire';
import { IdentityChangedError } from '../src/conversations/consent-errors.ts';
import { commitUpdate, MESSAGES_PER_UPDATE } from '../src/conversations/key-update.ts';
import { noteChange } from '../src/conversations/pins.ts';
import type { OutboxRow } from '../src/gen/rows_pb.ts';
import type { Change } from '../src/vault/vault.ts';
import { type Device, randomId } from './support/device.ts';
import { Scene } from './support/scene.ts';

test('shows a message once, whoever delivers it again', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = await scene.say(bob, 'alice', 'hello');
  const position = alice.nextPosition();
  await deliver(alice, message, position);
  await deliver(alice, message, position);
  await deliver(alice, message);
  assert.deepEqual(texts(alice), ['hello']);
  assert.deepEqual(alice.codes(), []);
  assert.deepEqual(alice.acks.length, 4, 'ACCEPT, the message, and each copy: the ACK may have been lost');
});

test('refuses a replayed ciphertext under a new id', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = await scene.say(bob, 'alice', 'hello');
  await deliver(alice, message);
  await deliver(alice, { ...message, id: randomId(scene.environment) });
  assert.deepEqual([texts(alice), alice.codes()], [['hello'], ['unreadable']]);
});

test('refuses a message whose outer id is not the signed one, and can still open it under the right one', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = await scene.say(bob, 'alice', 'hello');
  await deliver(alice, { ...message, id: randomId(scene.environment) });
  assert.deepEqual([texts(alice), alice.codes()], [[], ['unreadable']]);
  await deliver(alice, message);
  assert.deepEqual(texts(alice), ['hello']);
});

test('refuses a message under the id of one of its own, which stays what it was', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const { id } = await scene.say(alice, 'bob', 'mine');
  const text = { case: 'text', value: create(TextSchema, { text: 'mine, too' }) } as const;
  const content = toBinary(ContentSchema, create(ContentSchema, { id, sentMs: 1n, body: text }));
  await sendChanged(bob, 'alice', () => ({ messageId: id, content }));
  await bob.send('alice', 'and this');
  for (const { body } of bob.waiting(Opcode.MESSAGE)) await deliver(alice, fromBinary(MessageSchema, body));
  assert.deepEqual([texts(alice), alice.codes()], [['and this'], ['unreadable']]);
  const [first] = await alice.history.page('bob', { after: 0, limit: 1 });
  assert.deepEqual([first?.from, first?.kind === 'text' && first.text], ['alice', 'mine']);
});

test('refuses a message in a conversation that it does not know', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = await scene.say(bob, 'alice', 'hello');
  await deliver(alice, { ...message, conversation: new Uint8Array(16) });
  assert.deepEqual([texts(alice), alice.codes()], [[], ['unreadable']]);
});

test('refuses a message of one conversation delivered in another, so that its author is never taken for somebody else', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const carol = await scene.device('carol');
  await scene.introduce(alice, carol);
  const fromCarol = await scene.say(carol, 'alice', 'I am bob');
  const { conversation } = await scene.say(bob, 'alice', 'I am bob');
  await deliver(alice, { ...fromCarol, conversation });
  assert.deepEqual([texts(alice), alice.codes()], [[], ['unreadable']]);
});

test('refuses a message whose author is not the one the conversation is with', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = await scene.say(bob, 'alice', 'hello');
  const { contacts } = alice.context.records;
  const contact = contacts.rows.get('bob');
  assert.ok(contact);
  contacts.rows.set('bob', { ...contact, identityKey: new Uint8Array(32) });
  await deliver(alice, message);
  assert.deepEqual([texts(alice), alice.codes()], [[], ['unreadable']]);
});

test('shows nothing before consent: a message before the ACCEPT is a gap', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await scene.agree(bob, await scene.ask(alice, 'bob'), 'alice');
  await deliver(alice, await scene.say(bob, 'alice', 'too early'));
  assert.deepEqual([texts(alice), alice.codes()], [[], ['unreadable']]);
});

test('goes on after items that cannot be processed, and has ACKed them', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const acked = alice.acks.length;
  const garbage = Uint8Array.of(0xff, 0xff, 0xff);
  for (const opcode of [Opcode.RTT, Opcode.ACCEPT, Opcode.REFUSE, Opcode.CANCEL, Opcode.MESSAGE, Opcode.COMMIT, 200]) {
    await alice.deliver(opcode, garbage);
    alice.minuteLater();
  }
  assert.equal(alice.acks.length, acked + 7);
  assert.equal(alice.codes().length, 7);
  await deliver(alice, await scene.say(bob, 'alice', 'still here'));
  assert.deepEqual(texts(alice), ['still here']);
});

test('shows a gap in the history where a message could not be read', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = await scene.say(bob, 'alice', 'hello');
  const ciphertext = message.ciphertext.map((byte, index) => (index === message.ciphertext.length - 1 ? byte ^ 1 : byte));
  await deliver(alice, { ...message, ciphertext });
  const history = await alice.vault.scan('message', { group: toHex(message.conversation) });
  assert.equal(history.length, 1);
  assert.deepEqual(alice.codes(), ['unreadable']);
});

test('tells of content that only newer clients can show', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const contentOf = (id: Uint8Array): Uint8Array => toBinary(ContentSchema, create(ContentSchema, { id, sentMs: 1n }));
  await sendChanged(bob, 'alice', ({ messageId }) => ({ content: contentOf(messageId) }));
  await bob.send('alice', 'and this');
  for (const { body } of bob.waiting(Opcode.MESSAGE)) await deliver(alice, fromBinary(MessageSchema, body));
  assert.deepEqual([texts(alice), alice.codes()], [['and this'], ['cannot_show']]);
});

test('stores before it sends and before it shows', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const sentBefore = bob.sent.length;
  const written = observe(bob, (changes) => {
    assert.equal(bob.sent.length, sentBefore);
    return changes.flatMap((change) => ('put' in change ? [change.put.collection] : []));
  });
  await bob.send('alice', 'hello');
  assert.deepEqual(new Set(written.flat()), new Set(['outbox', 'message', 'mls-secrets']), 'in one write');
  assert.equal(written.length, 1);
  assert.equal(bob.sent.length, sentBefore + 1);

  const received = observe(alice, (changes) => {
    if (changes.some((change) => 'put' in change)) assert.equal(texts(alice).length, 0);
    return changes.flatMap((change) => ('put' in change ? [change.put.collection] : []));
  });
  const [row] = bob.waiting(Opcode.MESSAGE);
  await alice.deliver(Opcode.MESSAGE, row?.body ?? new Uint8Array(0));
  assert.deepEqual(new Set(received.flat()), new Set(['message', 'mls-secrets', 'seen', 'account', 'event']), 'in one write');
  assert.deepEqual(texts(alice), ['hello']);
});

test('neither sends nor shows nor ACKs what could not be stored', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = await scene.say(bob, 'alice', 'hello');
  const { length } = alice.acks;
  alice.vault.beforeWrite = () => Promise.reject(new Error('the disk is full'));
  await deliver(alice, message);
  assert.deepEqual([texts(alice), alice.acks.length], [[], length]);
  assert.match(String(alice.broken), /the disk is full/);
});

test('sends the same content under the same id after a stale epoch', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  await alice.send('bob', 'one');
  await alice.send('bob', 'two');
  const stale = alice.waiting(Opcode.MESSAGE);
  const commit = await renewKeys(bob);
  for (const { key } of stale) await alice.refuse(key, 'stale_epoch');
  assert.deepEqual(
    alice.waiting(Opcode.MESSAGE).map(({ body }) => body.length),
    [0, 0],
    'they wait for the commit',
  );
  await alice.deliver(Opcode.COMMIT, toBinary(CommitSchema, commit));
  const again = alice.waiting(Opcode.MESSAGE);
  assert.deepEqual(
    again.map(({ messageId, epoch }) => [messageId, epoch]),
    stale.map(({ messageId }) => [messageId, 2n]),
  );
  for (const { body } of again) await deliver(bob, fromBinary(MessageSchema, body));
  assert.deepEqual(texts(bob), ['one', 'two']);
});

test('encrypts nothing newer while messages of an ended epoch have no answer', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  await alice.send('bob', 'one');
  const [old] = alice.waiting(Opcode.MESSAGE);
  assert.ok(old);
  await alice.deliver(Opcode.COMMIT, toBinary(CommitSchema, await renewKeys(bob)));
  await alice.send('bob', 'two');
  assert.deepEqual(
    alice.waiting(Opcode.MESSAGE).map(({ body }) => body.length > 0),
    [true, false],
  );
  await alice.refuse(old.key, 'stale_epoch');
  for (const { body } of alice.waiting(Opcode.MESSAGE)) await deliver(bob, fromBinary(MessageSchema, body));
  assert.deepEqual(texts(bob), ['one', 'two']);
});

test('opens messages that came before their commit once it has come', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const commit = await renewKeys(bob);
  const early = await scene.say(bob, 'alice', 'from the new epoch');
  await deliver(alice, early);
  assert.deepEqual([texts(alice), alice.codes()], [[], []]);
  await alice.deliver(Opcode.COMMIT, toBinary(CommitSchema, commit));
  assert.deepEqual([texts(alice), alice.codes()], [['from the new epoch'], []]);
});

test('keeps only so many messages whose commit has not come', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  await renewKeys(bob);
  const early = await scene.say(bob, 'alice', 'hello');
  for (let count = 0; count <= MAX_FUTURE_MESSAGES; count += 1)
    await deliver(alice, { ...early, id: randomId(scene.environment) });
  assert.deepEqual(alice.codes(), ['unreadable']);
});

test('keeps no message whose commit has not come and that is too large', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  await renewKeys(bob);
  const early = await scene.say(bob, 'alice', 'hello');
  const { mls } = scene.environment;
  const group = await bob.context.records.transact((transaction) => transaction.group(toHex(early.conversation)));
  assert.ok(group !== undefined);
  const { ciphertext } = await mls.encrypt(group, new Uint8Array(MAX_FUTURE_CIPHERTEXT), early.id);
  await deliver(alice, { ...early, ciphertext });
  assert.deepEqual(alice.codes(), ['unreadable']);
  assert.equal(alice.conversationWith('bob').future.length, 0);
});

test('commits new keys after so many messages, and sends what waits in the new epoch', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const commit = await renewKeys(bob);
  assert.equal(commit.epoch, 1n);
  await alice.deliver(Opcode.COMMIT, toBinary(CommitSchema, commit));
  const message = await scene.say(bob, 'alice', 'after it');
  assert.equal(message.epoch, 2n);
  await deliver(alice, message);
  await deliver(bob, await scene.say(alice, 'bob', 'me too'));
  assert.deepEqual([texts(alice), texts(bob)], [['after it'], ['me too']]);
});

test('gives way when another commit won, and commits again in the epoch after it', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  dueForUpdate(alice);
  await alice.send('bob', 'waits');
  const [lost] = alice.waiting(Opcode.COMMIT);
  assert.ok(lost);
  await alice.deliver(Opcode.COMMIT, toBinary(CommitSchema, await renewKeys(bob)));
  await alice.refuse(lost.key, 'stale_epoch');
  const second = await alice.hand(Opcode.COMMIT, (body) => fromBinary(CommitSchema, body));
  assert.equal(second.epoch, 2n);
  await bob.deliver(Opcode.COMMIT, toBinary(CommitSchema, second));
  for (const { body } of alice.waiting(Opcode.MESSAGE)) await deliver(bob, fromBinary(MessageSchema, body));
  assert.deepEqual([texts(bob), alice.codes(), bob.codes()], [['waits'], [], []]);
});

test('waits for the commit that won when it hears of it first', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  dueForUpdate(alice);
  await alice.send('bob', 'waits');
  const [lost] = alice.waiting(Opcode.COMMIT);
  assert.ok(lost);
  await alice.refuse(lost.key, 'stale_epoch');
  assert.equal(alice.waiting(Opcode.COMMIT).length, 0);
  await alice.deliver(Opcode.COMMIT, toBinary(CommitSchema, await renewKeys(bob)));
  assert.equal(alice.waiting(Opcode.COMMIT).length, 1);
});

test('refuses a commit that does not hold, and stays in its epoch', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const commit = await renewKeys(bob);
  const bytes = commit.commit.map((byte, index) => (index === commit.commit.length - 1 ? byte ^ 1 : byte));
  await alice.deliver(Opcode.COMMIT, toBinary(CommitSchema, { ...commit, commit: bytes }));
  assert.deepEqual(alice.codes(), ['unreadable']);
  await alice.deliver(Opcode.COMMIT, toBinary(CommitSchema, commit));
  await deliver(alice, await scene.say(bob, 'alice', 'hello'));
  assert.deepEqual(texts(alice), ['hello']);
});

test('sends nothing to who has not accepted, nor more than fits', async () => {
  const scene = await Scene.create();
  const { alice } = await scene.pair();
  await alice.send('carol', 'hello', '1');
  await alice.send('bob', 'x'.repeat(MAX_TEXT_BYTES + 1), '2');
  assert.deepEqual(notSent(alice), [
    ['no_consent', '1', 'carol'],
    ['too_large', '2', 'bob'],
  ]);
});

test('says which message the server has refused', async () => {
  const scene = await Scene.create();
  const { alice } = await scene.pair();
  await alice.send('bob', 'hello', '1');
  await alice.refuse(alice.waiting(Opcode.MESSAGE)[0]?.key ?? '', 'no_consent');
  assert.deepEqual(notSent(alice), [['no_consent', '1', 'bob']]);
});

test('says which message is not sent to a user whose identity has changed', async () => {
  const scene = await Scene.create();
  const { alice } = await scene.pair();
  const error = new IdentityChangedError('bob', new Uint8Array(32));
  await alice.context.records.transact(async (transaction) => noteChange(alice.context, transaction, error));
  await alice.send('bob', 'hello', '1');
  assert.deepEqual(notSent(alice), [
    ['identity_changed', undefined, 'bob'],
    ['identity_changed', '1', 'bob'],
  ]);
});

function notSent(device: Device) {
  return device.of('error').map(({ code, id, user }) => [code, id, user]);
}

async function deliver(device: Device, message: Message, position = device.nextPosition()): Promise<void> {
  await device.deliver(Opcode.MESSAGE, toBinary(MessageSchema, message), position);
}

function texts(device: Device): string[] {
  return device.of('message').map(({ text }) => text);
}

/** As if it had sent so many that new keys are due with the next one. */
function dueForUpdate(device: Device): void {
  const { rows } = device.context.records.conversations;
  for (const [key, row] of rows) rows.set(key, { ...row, sentSinceUpdate: MESSAGES_PER_UPDATE });
}

/** A commit of this device that the server has taken. */
async function renewKeys(device: Device): Promise<Commit> {
  const { context } = device;
  await context.records.transact(async (transaction) => {
    for (const [key, row] of context.records.conversations.rows) {
      const group = await transaction.group(key);
      if (group !== undefined) await commitUpdate(context, transaction, row, group);
    }
  });
  return device.hand(Opcode.COMMIT, (body) => fromBinary(CommitSchema, body));
}

/** Sends so that nothing is encrypted yet, and changes what will be: the content that another client might send. */
async function sendChanged(device: Device, to: string, change: (row: OutboxRow) => Partial<OutboxRow>): Promise<void> {
  const { conversations, outbox } = device.context.records;
  const waiting = (behind: boolean): void => {
    for (const [key, row] of conversations.rows) conversations.rows.set(key, { ...row, behind });
  };
  waiting(true);
  await device.send(to, 'to be changed');
  const [row] = device.waiting(Opcode.MESSAGE);
  assert.ok(row);
  outbox.rows.set(row.key, { ...row, ...change(row) });
  waiting(false);
}

function observe<Result>(device: Device, look: (changes: readonly Change[]) => Result): Result[] {
  const results: Result[] = [];
  device.vault.beforeWrite = (changes) => {
    results.push(look(changes));
  };
  return results;
}
