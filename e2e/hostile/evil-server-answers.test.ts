import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { ErrorSchema, OkSchema, UserListSchema } from '@parley/protocol/wire';
import type { Lie } from '../support/evil-server/evil-server.ts';
import { errorsOf, Scene, textsOf } from '../support/evil-server/scene.ts';
import type { Said } from '../support/evil-server/tap.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { say } from '../support/world.ts';

/** A server whose answers are not those to what was asked. */

/** The next plain OK for a user is something else. */
function answering(user: string, change: (ok: Said) => Said): Lie {
  let isDone = false;
  return {
    say(said, to) {
      const isOk = said.opcode === Opcode.OK && said.body.length === 0;
      if (to.username !== user || !isOk || isDone) return undefined;
      isDone = true;
      return [change(said)];
    },
  };
}

const error = (code: string, detail: string): Uint8Array => toBinary(ErrorSchema, create(ErrorSchema, { code, detail }));

/** Alice says something whose OK becomes something else: it is sent again on the next connection, and shown once. */
async function expectSentAgain(scene: Scene, alice: ScriptClient, bob: ScriptClient): Promise<void> {
  await say(['alice', alice], ['bob', bob], 'answered otherwise', '1');
  const order = alice.events.map(({ event }) => event).filter((event) => ['offline', 'online', 'sent'].includes(event));
  assert.deepEqual(order.slice(-3), ['offline', 'online', 'sent']);
  await say(['alice', alice], ['bob', bob], 'answered with OK', '2');
  await say(['bob', bob], ['alice', alice], 'so is this', '1');
  assert.deepEqual([textsOf(bob), errorsOf(bob)], [['answered otherwise', 'answered with OK'], []]);
  assert.ok(scene.evil.sessionsOf('alice').length > 0);
}

test('an OK to a request that was never made ends the connection and is named; what waits is sent again', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  scene.evil.tell(answering('alice', (ok) => ({ ...ok, sequence: ok.sequence + 1_000 })));
  await expectSentAgain(scene, alice, bob);
  assert.deepEqual(errorsOf(alice), ['malformed -: what the server says makes no sense: an answer to nothing that was asked']);
});

test('a list of users in the place of an OK is no OK, ends the connection and is named', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  const list = toBinary(UserListSchema, create(UserListSchema, { online: ['alice'] }));
  scene.evil.tell(answering('alice', (ok) => ({ ...ok, opcode: Opcode.LIST, body: list })));
  await expectSentAgain(scene, alice, bob);
  assert.deepEqual(errorsOf(alice), [
    'malformed -: what the server says makes no sense: an answer to something else than was asked',
  ]);
});

test('what is no answer at all in the place of an OK ends the connection and is named', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  scene.evil.tell(answering('alice', (ok) => ({ ...ok, opcode: Opcode.PRESENCE })));
  await expectSentAgain(scene, alice, bob);
  assert.deepEqual(errorsOf(alice), ['malformed -: what the server says makes no sense: an answer of a kind that there is not']);
});

test('an OK in the place of the list of users, or one that does not parse, ends the connection and is named', async () => {
  await using scene = await Scene.start();
  const alice = await scene.enter('alice');
  const answers = [
    { opcode: Opcode.OK, body: toBinary(OkSchema, create(OkSchema)) },
    { opcode: Opcode.LIST, body: Uint8Array.of(0xff) },
  ];
  for (const answer of answers) {
    const end = scene.evil.tell({
      say: (said) => (said.opcode === Opcode.LIST && said.sequence > 0 ? [{ ...said, ...answer }] : undefined),
    });
    alice.send({ do: 'list' });
    await alice.next('error', { code: 'malformed' });
    end();
    await alice.next('online');
    await alice.next('users');
  }
  assert.deepEqual(errorsOf(alice), [
    'malformed -: what the server says makes no sense: an answer to something else than was asked',
    'malformed -: what the server says makes no sense: UserList does not parse',
  ]);
});

test('an error code that nobody knows, or one that closes on a connection that stays open, loses nothing', async () => {
  for (const code of ['because', 'internal']) {
    await using scene = await Scene.start();
    const { alice, bob } = await scene.friends();
    scene.evil.tell(answering('alice', (ok) => ({ ...ok, opcode: Opcode.ERROR, body: error(code, 'because') })));
    await expectSentAgain(scene, alice, bob);
    assert.deepEqual(errorsOf(alice), [], 'it was a moment off line');
  }
});

test('a message that the server says it has not taken is told not to be sent, by its id, and is no lie to the other', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  scene.evil.tell(answering('alice', (ok) => ({ ...ok, opcode: Opcode.ERROR, body: error('not_member', 'you have left') })));
  alice.send({ do: 'send', to: 'bob', text: 'hello', id: '1' });
  await alice.next('error', { id: '1', user: 'bob', code: 'not_member' });
  // The server has passed it on all the same, which only it can know.
  await bob.next('message', { text: 'hello' });
  await say(['alice', alice], ['bob', bob], 'and this', '2');
  assert.ok(!alice.events.some(({ event, id }) => event === 'sent' && id === '1'));
});

test('an ERROR that answers nothing is told, and changes nothing', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  scene.evil.say('alice', Opcode.ERROR, ErrorSchema, { code: 'no_consent', detail: 'you have no friends' });
  await alice.next('error', { code: 'no_consent' });
  await say(['alice', alice], ['bob', bob], 'so it says', '1');
  assert.deepEqual(errorsOf(alice), ['no_consent -: you have no friends']);
});

test('an answer to a request to talk that says the other has asked first, with a request that does not hold, is named', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  const crossed = create(ErrorSchema, { code: 'crossed', detail: 'he was first', crossedWith: { keyPackages: [] } });
  scene.evil.tell(answering('alice', (ok) => ({ ...ok, opcode: Opcode.ERROR, body: toBinary(ErrorSchema, crossed) })));
  alice.send({ do: 'request', user: 'bob' });
  await alice.next('error', { code: 'invalid_consent', user: 'bob' });
  assert.deepEqual(errorsOf(alice), [
    "invalid_consent bob: the server's answer to what you asked bob was dropped: it came without a device list",
  ]);
  await bob.next('request', { from: 'alice' });
  await alice.list();
  assert.ok(!alice.events.some(({ event }) => ['accepted', 'request'].includes(event)));
});
