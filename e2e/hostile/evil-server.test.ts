import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { hashWelcome, Opcode, parseInvite, readConsent, signConsent } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { AcceptSchema, CommitSchema, ConsentKind, ContentSchema, MessageSchema } from '@parley/protocol/wire';
import type { GroupState, Mls } from '../../packages/client/src/mls/mls.ts';
import { nodeMls } from '../../packages/client/src/mls/node.ts';
import { Account } from '../../packages/server/test/support/account.ts';
import { TestClient } from '../../packages/server/test/support/client.ts';
import { EvilServer } from '../support/evil-server.ts';
import { parley, within } from '../support/process.ts';
import { ScriptClient } from '../support/script-client.ts';
import { befriend, say, tempFolder } from '../support/world.ts';

/** Mallory, whom the server helps, and bob and alice with their real programs. */
class Scene implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #folder: string;
  readonly mls: Mls;
  readonly evil: EvilServer;
  readonly mallory: TestClient;
  readonly #invite: string;

  private constructor(
    stack: AsyncDisposableStack,
    parts: { folder: string; mls: Mls; evil: EvilServer; mallory: TestClient; invite: string },
  ) {
    this.#stack = stack;
    this.#folder = parts.folder;
    this.mls = parts.mls;
    this.evil = parts.evil;
    this.mallory = parts.mallory;
    this.#invite = parts.invite;
  }

  static async start(): Promise<Scene> {
    await using stack = new AsyncDisposableStack();
    const folder = tempFolder(stack);
    const evil = stack.use(await EvilServer.start(join(folder, 'server'), 'mallory', 'bob'));
    const { link: invite } = await evil.server.createInvite();
    const account = new Account('mallory');
    const registration = account.registration(parseInvite(invite).token);
    const mallory = await TestClient.logIn(evil.server.port, account, { registration });
    const mls = await nodeMls();
    return new Scene(stack.move(), { folder, mls, evil, mallory, invite });
  }

  /** The program of a user who joins. */
  async enter(user: string): Promise<ScriptClient> {
    const data = join(this.#folder, user);
    const { code, stderr } = await parley(['join', this.#invite, user, '--json', '--data', data]);
    assert.equal(code, 0, stderr);
    const client = new ScriptClient(`${user}@localhost:${this.evil.server.port}`, data);
    this.#stack.defer(() => client.kill());
    await client.next('ready');
    return client;
  }

  /** A group of Mallory's with the device that the KeyPackage is of. */
  createGroup(conversation: Uint8Array, keyPackage: Uint8Array): Promise<{ state: GroupState; welcome: Uint8Array }> {
    const { certificate, signature } = this.mallory.account.device();
    const device = { certificate, signatureSecret: signature.secret, signatureKey: signature.publicKey };
    return this.mls.createGroup(device, conversation, [keyPackage], Date.now());
  }

  /** ACCEPT by Mallory of a request of Bob's, with a Welcome. */
  async accept(requestId: Uint8Array, conversation: Uint8Array, welcome: Uint8Array, bobsDevice: Uint8Array): Promise<void> {
    const { deviceId, signature } = this.mallory.account.device();
    const consent = signConsent(nodeCrypto, signature.secret, {
      kind: ConsentKind.ACCEPT,
      requestId,
      from: 'mallory',
      deviceId,
      to: 'bob',
      conversation,
      timeMs: BigInt(Date.now()),
      attachmentSha256: hashWelcome(nodeCrypto, welcome),
    });
    const members = [
      { username: 'mallory', deviceId },
      { username: 'bob', deviceId: bobsDevice },
    ];
    await this.mallory.ok(Opcode.ACCEPT, AcceptSchema, { consent, suite: this.mls.suite, epoch: 1n, members, welcome });
  }

  /** MESSAGE by Mallory, properly encrypted in that group. */
  async say(conversation: Uint8Array, group: GroupState, text: string): Promise<void> {
    const id = nodeCrypto.randomBytes(16);
    const content = create(ContentSchema, { id, sentMs: BigInt(Date.now()), body: { case: 'text', value: { text } } });
    const { ciphertext } = await this.mls.encrypt(group, toBinary(ContentSchema, content), id);
    await this.mallory.ok(Opcode.MESSAGE, MessageSchema, { conversation, epoch: 1n, id, ciphertext });
  }

  /** Bob's program has dealt with all of it, shows nothing of it, and cannot be brought to write to Mallory. */
  async expectNothingShown(bob: ScriptClient, since = 0): Promise<void> {
    await within(this.evil.settled(), "bob's program to deal with it");
    await bob.list();
    const shown = bob.events.slice(since).filter(({ event }) => ['accepted', 'message', 'request', 'refused'].includes(event));
    assert.deepEqual(shown, []);
    bob.send({ do: 'send', to: 'mallory', text: 'hello?', id: 'to mallory' });
    await bob.next('error');
    assert.ok(!bob.events.some(({ event, id }) => event === 'sent' && id === 'to mallory'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

test("a stranger's Welcome and MESSAGE are not shown, whichever request they claim to answer and although the server passes them on", async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  bob.send({ do: 'request', user: 'alice' });
  await alice.next('request', { from: 'bob' });
  const request = scene.evil.requests[0] ?? assert.fail('the server saw the request');
  const { deviceId, keyPackage } = request.keyPackages[0] ?? assert.fail('with a KeyPackage');
  const { requestId } = readConsent(request.consent?.statement ?? assert.fail());

  for (const answered of [nodeCrypto.randomBytes(16), requestId]) {
    const conversation = nodeCrypto.randomBytes(16);
    const { state, welcome } = await scene.createGroup(conversation, keyPackage);
    await scene.accept(answered, conversation, welcome, deviceId);
    await scene.say(conversation, state, 'you do not know me');
    await scene.expectNothingShown(bob);
  }

  alice.send({ do: 'accept', user: 'bob' });
  await bob.next('accepted', { by: 'alice' });
  await say(['alice', alice], ['bob', bob], 'the request is still good', '1');
  await say(['bob', bob], ['alice', alice], 'so it is', '1');
});

test('a Welcome that a COMMIT brings is not joined', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  bob.send({ do: 'request', user: 'alice' });
  await alice.next('request', { from: 'bob' });
  const { deviceId, keyPackage } = scene.evil.requests[0]?.keyPackages[0] ?? assert.fail();
  const conversation = nodeCrypto.randomBytes(16);
  const { state, welcome } = await scene.createGroup(conversation, keyPackage);
  const device = { username: 'bob', deviceId };
  await scene.mallory.ok(Opcode.COMMIT, CommitSchema, {
    conversation,
    epoch: 1n,
    commit: nodeCrypto.randomBytes(500),
    added: [device],
    welcomes: [{ device, welcome }],
  });
  await scene.say(conversation, state, 'you do not know me');
  await scene.expectNothingShown(bob);
});

test('a MESSAGE and a COMMIT of a stranger in the conversation of two others are not shown, and it goes on', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  await befriend(['bob', bob], ['alice', alice]);
  await say(['bob', bob], ['alice', alice], 'just us', '1');
  const since = bob.events.length;

  // The server knows the conversation's id and the KeyPackage that its group was made with.
  const conversation = scene.evil.conversations[0] ?? assert.fail('the server saw the conversation');
  const { keyPackage } = scene.evil.requests[0]?.keyPackages[0] ?? assert.fail();
  const { state } = await scene.createGroup(conversation, keyPackage);
  await scene.say(conversation, state, 'I am one of you');
  await scene.mallory.ok(Opcode.COMMIT, CommitSchema, { conversation, epoch: 1n, commit: nodeCrypto.randomBytes(500) });
  await scene.expectNothingShown(bob, since);

  await say(['alice', alice], ['bob', bob], 'still just us', '2');
  await say(['bob', bob], ['alice', alice], 'yes', '2');
});
