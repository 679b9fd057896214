import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { create, fromBinary } from '@bufbuild/protobuf';
import { concat, MAX_PENDING_SENT, Opcode } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import {
  ConsentStatementSchema,
  KeysRequestSchema,
  ListRequestSchema,
  MessageSchema,
  QuitSchema,
  RejoinSchema,
  type Rtt,
  RttSchema,
  SignedConsentSchema,
} from '@parley/protocol/wire';
import { DATABASE, openSqliteStore, type Store } from '@parley/server';
import { MlsError } from '../../packages/client/src/mls/mls.ts';
import { nodeMls } from '../../packages/client/src/mls/node.ts';
import { mlsError, pair as mlsPair } from '../../packages/client/test/mls/support.ts';
import { SigningDomain, signIn } from '../../packages/protocol/src/identity/signing.ts';
import { type Account, rttOf } from '../../packages/server/test/support/account.ts';
import { TestClient } from '../../packages/server/test/support/client.ts';
import { RawChannel } from '../../packages/server/test/support/raw-channel.ts';
import { messageOf, pair, sendAndReceive, TestServer, talk } from '../../packages/server/test/support/server.ts';
import { Witness } from '../../packages/server/test/support/witness.ts';
import { encode } from '../support/encode.ts';
import { tempFolder } from '../support/world.ts';
import { onlineFor } from './online-for.ts';

const TEXT = 'x'.repeat(60_000);

test('answers flaw 19: who does not read holds up nobody, and finds all of it in the mailbox', async (t) => {
  const { server, alice, bob } = await pair(t, { limits: { maxSocketBuffer: 64 * 1_024, maxUnackedBytes: 64 * 1_024 * 1_024 } });
  const witness = await Witness.start(server);
  const conversation = await talk(alice, bob);
  bob.socket.pause();
  const count = 200; // more than the kernel takes for a socket that is not read
  for (let i = 0; i < count; i += 1) await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, `${i} ${TEXT}`));
  await witness.check();
  await server.register('carol');
  bob.socket.resume();
  for (let i = 0; i < count; i += 1) {
    const { ciphertext, position } = await bob.nextBody(Opcode.MESSAGE, MessageSchema);
    assert.equal(new TextDecoder().decode(ciphertext).split(' ')[0], `${i}`);
    bob.ack(position);
  }
});

test('answers flaw 20: each queue has a cap, and who meets it is told by a code', async (t) => {
  await using stack = new AsyncDisposableStack();
  const dataFolder = join(tempFolder(stack), 'server');
  mkdirSync(dataFolder);
  const store = await openSqliteStore(join(dataFolder, DATABASE), { mailboxes: { maxBytes: 200_000 } });
  const server = await TestServer.start(t, { dataFolder, store, limits: { maxPartialFramesBytes: 100_000 } });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);

  await bob.leave();
  for (let i = 0; i < 8; i += 1) await alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, `${i} ${TEXT}`));
  const again = await server.logIn(bob.account);
  await again.nextBody(Opcode.REJOIN, RejoinSchema); // of the mailbox

  for (let i = 0; i <= MAX_PENDING_SENT; i += 1) await (await server.register(`friend${i}`)).leave();
  for (let i = 0; i < MAX_PENDING_SENT; i += 1) await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, `friend${i}`));
  const oneMore = rttOf(alice.account, `friend${MAX_PENDING_SENT}`);
  assert.equal((await alice.error(Opcode.RTT, RttSchema, oneMore)).code, 'quota_exceeded', 'of requests');

  const big = concat(Uint8Array.of(Opcode.MESSAGE, 0x0f, 0, 0, 0, 0, 0, 1), new Uint8Array(50_000));
  const channel = await RawChannel.logIn(server.port, (await server.register('mallory')).account);
  for (let i = 0; i < 3; i += 1) channel.sendStream(big);
  assert.equal(await channel.socket.closed, 1008, 'of frames in part');
});

test('answers flaw 23: nobody talks with themselves, or with anybody who has not agreed', async (t) => {
  const { server, alice, bob } = await pair(t);
  const conversation = await talk(alice, bob);
  const mallory = await server.register('mallory');
  const message = messageOf(conversation, 'you do not know me');
  assert.equal((await mallory.error(Opcode.MESSAGE, MessageSchema, message)).code, 'not_member');
  const nowhere = messageOf(randomBytes(16), 'you do not know me');
  assert.equal((await mallory.error(Opcode.MESSAGE, MessageSchema, nowhere)).code, 'unknown_conversation');
  const claim = { username: 'bob', deviceIds: [bob.account.device().deviceId] };
  const what = { case: 'claim' as const, value: claim };
  assert.equal((await mallory.error(Opcode.KEYS, KeysRequestSchema, { what })).code, 'no_consent');
  assert.equal((await mallory.error(Opcode.RTT, RttSchema, rttToOneself(mallory.account))).code, 'malformed');
  await sendAndReceive(alice, bob, conversation, 'and we go on');
  assert.equal(bob.waiting(Opcode.MESSAGE), 0);
});

/** What no client of ours would sign. */
function rttToOneself(account: Account): Rtt {
  const rtt = rttOf(account, 'anybody');
  const statement = fromBinary(ConsentStatementSchema, rtt.consent!.statement);
  const toSelf = encode(ConsentStatementSchema, { ...statement, to: account.username });
  const signature = signIn(nodeCrypto, SigningDomain.consent, account.device().signature.secret, toSelf);
  return { ...rtt, consent: create(SignedConsentSchema, { statement: toSelf, signature }) };
}

test('answers flaw 24: a device that logs in twice has one session, the newer one, and gets everything once', async (t) => {
  const { server, alice, bob } = await pair(t);
  const conversation = await talk(alice, bob);
  const newer = await server.logIn(bob.account);
  assert.equal((await bob.nextBody(Opcode.QUIT, QuitSchema)).reason, 'replaced');
  await bob.socket.closed;
  await sendAndReceive(alice, newer, conversation, 'once');
  await newer.request(Opcode.LIST, ListRequestSchema, {});
  assert.equal(newer.waiting(Opcode.MESSAGE) + bob.waiting(Opcode.MESSAGE), 0);
  assert.deepEqual(await onlineFor(alice), ['alice', 'bob']);
});

test('answers flaw 25: the list of users is right whatever comes and goes at once', async (t) => {
  const server = await TestServer.start(t);
  const watcher = await server.register('watcher');
  const accounts = await Promise.all(Array.from({ length: 8 }, async (_, i) => (await server.register(`user${i}`)).account));
  const { account } = await server.register('twice');
  for (let round = 0; round < 5; round += 1) {
    // The same device over and over, while others come and leave and everybody looks.
    const logins = Array.from({ length: 6 }, () => TestClient.connect(server.port, account));
    const comings = accounts.map(async (other, i) => {
      const client = await server.logIn(other);
      if (i % 2 === round % 2) await client.leave();
    });
    const seen = await Promise.all(Array.from({ length: 10 }, () => onlineFor(watcher)));
    for (const names of seen) {
      assert.ok(names.includes('watcher'));
      assert.deepEqual(names, [...new Set(names)].sort(), 'each once, in order');
    }
    await Promise.all([...comings, ...logins]);
    const staying = accounts.map(({ username }) => username).filter((_, i) => i % 2 !== round % 2);
    const last = await server.logIn(account);
    assert.deepEqual(await onlineFor(last), [...staying, 'twice', 'watcher'].sort());
  }
});

test('answers flaw 28: OK means that it is safe, who is away gets it later, and a stolen state opens nothing of the next epoch', async (t) => {
  await using stack = new AsyncDisposableStack();
  const dataFolder = join(tempFolder(stack), 'server');
  mkdirSync(dataFolder);
  const disk = Promise.withResolvers<void>();
  const store = waitingForDisk(await openSqliteStore(join(dataFolder, DATABASE)), disk.promise);
  const server = await TestServer.start(t, { dataFolder, store });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  await bob.leave();
  let isAnswered = false;
  const sent = alice.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'for later')).then(() => {
    isAnswered = true;
  });
  for (let i = 0; i < 10; i += 1) await alice.request(Opcode.LIST, ListRequestSchema, {});
  assert.equal(isAnswered, false, 'no OK while nothing is on disk');
  disk.resolve();
  await sent;
  const { ciphertext } = await (await server.logIn(bob.account)).nextBody(Opcode.MESSAGE, MessageSchema);
  assert.equal(new TextDecoder().decode(ciphertext), 'for later');

  const mls = await nodeMls();
  const { alice: victim, bob: peer } = await mlsPair(mls);
  const stolen = mls.encode(victim.state);
  const before = await peer.send('what the thief can read');
  assert.equal(new TextDecoder().decode((await mls.decrypt(mls.decode(stolen), before)).plaintext), 'what the thief can read');
  await victim.receive(before);
  const commit = await victim.commit();
  await assert.rejects(mls.processCommit(mls.decode(stolen), commit), MlsError);
  await peer.process(commit);
  const after = await peer.send('what the thief cannot');
  await assert.rejects(mls.decrypt(mls.decode(stolen), after), mlsError('wrong_epoch'));
  assert.equal((await victim.receive(after)).text, 'what the thief cannot');
});

/** A store that has a MESSAGE on disk no sooner than this. */
function waitingForDisk(honest: Store, disk: Promise<void>): Store {
  const appendMessage: Store['appendMessage'] = async (message) => {
    await disk;
    return honest.appendMessage(message);
  };
  return new Proxy(honest, {
    get(target, name) {
      const method: unknown = name === 'appendMessage' ? appendMessage : Reflect.get(target, name, target);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}
