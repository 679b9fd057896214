import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Opcode, readConsent } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { CommitSchema } from '@parley/protocol/wire';
import { believing } from '../support/evil-server/believing-store.ts';
import { errorsOf, Scene } from '../support/evil-server/scene.ts';
import { Stranger } from '../support/evil-server/stranger.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { befriend, say } from '../support/world.ts';

/** A stranger whom the server helps to what Bob has not agreed to: it believes whatever they say. */
async function start() {
  const store = believing('mallory', 'bob');
  const scene = await Scene.start(store);
  const mallory = await Stranger.join(scene, 'mallory');
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  return { scene, seen: store.seen, mallory, alice, bob, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() };
}

/** The KeyPackage of Bob's request, and the device it is of. */
function requestOf({ seen }: { seen: ReturnType<typeof believing>['seen'] }) {
  const request = seen.requests[0] ?? assert.fail('the server saw the request');
  const { deviceId, keyPackage } = request.keyPackages[0] ?? assert.fail('with a KeyPackage');
  const { requestId } = readConsent(request.consent?.statement ?? assert.fail());
  return { keyPackage, requestId, bobsDevice: { username: 'bob', deviceId } };
}

/** Bob's program has dealt with all of it, shows nothing of it, and cannot be brought to write to Mallory. */
async function expectNothingShown(scene: Scene, bob: ScriptClient, since = 0): Promise<void> {
  await scene.evil.settled('bob', Opcode.MESSAGE);
  await bob.list();
  const shown = bob.events.slice(since).filter(({ event }) => ['accepted', 'message', 'request', 'refused'].includes(event));
  assert.deepEqual(shown, []);
  bob.send({ do: 'send', to: 'mallory', text: 'hello?', id: 'to mallory' });
  await bob.next('error', { id: 'to mallory', code: 'no_consent' });
}

test("a stranger's Welcome and MESSAGE are not shown, whichever request they claim to answer and although the server passes them on", async () => {
  await using all = await start();
  const { scene, mallory, alice, bob } = all;
  bob.send({ do: 'request', user: 'alice' });
  await alice.next('request', { from: 'bob' });
  const { keyPackage, requestId, bobsDevice } = requestOf(all);

  for (const answered of [nodeCrypto.randomBytes(16), requestId]) {
    const conversation = nodeCrypto.randomBytes(16);
    const { state, welcome } = await mallory.createGroup(conversation, keyPackage);
    await mallory.accept(bobsDevice, answered, conversation, welcome);
    await mallory.say(conversation, state, 'you do not know me');
    await expectNothingShown(scene, bob);
  }
  assert.deepEqual(
    errorsOf(bob).filter((error) => !error.startsWith('no_consent')),
    [
      "invalid_consent mallory: an acceptance in mallory's name was dropped: it is about no request that is known",
      'unreadable -: a message could not be read: a message in no conversation of ours',
      "invalid_consent mallory: an acceptance in mallory's name was dropped: it comes from somebody who was not asked",
    ],
  );

  alice.send({ do: 'accept', user: 'bob' });
  await bob.next('accepted', { by: 'alice' });
  await say(['alice', alice], ['bob', bob], 'the request is still good', '1');
  await say(['bob', bob], ['alice', alice], 'so it is', '1');
});

test('a Welcome that a COMMIT brings is not joined', async () => {
  await using all = await start();
  const { scene, mallory, alice, bob } = all;
  bob.send({ do: 'request', user: 'alice' });
  await alice.next('request', { from: 'bob' });
  const { keyPackage, bobsDevice: device } = requestOf(all);
  const conversation = nodeCrypto.randomBytes(16);
  const { state, welcome } = await mallory.createGroup(conversation, keyPackage);
  await mallory.client.ok(Opcode.COMMIT, CommitSchema, {
    conversation,
    epoch: 1n,
    commit: nodeCrypto.randomBytes(500),
    added: [device],
    welcomes: [{ device, welcome }],
  });
  await mallory.say(conversation, state, 'you do not know me');
  await expectNothingShown(scene, bob);
  assert.ok(
    errorsOf(bob).includes('unreadable -: a change of keys could not be read: a commit for no conversation of ours'),
    errorsOf(bob).join('\n'),
  );
});

test('a MESSAGE and a COMMIT of a stranger in the conversation of two others are not shown, and it goes on', async () => {
  await using all = await start();
  const { scene, seen, mallory, alice, bob } = all;
  await befriend(['bob', bob], ['alice', alice]);
  await say(['bob', bob], ['alice', alice], 'just us', '1');
  const since = bob.events.length;

  // The server knows the conversation's id and the KeyPackage that its group was made with.
  const conversation = seen.conversations[0] ?? assert.fail('the server saw the conversation');
  const { state } = await mallory.createGroup(conversation, requestOf(all).keyPackage);
  await mallory.say(conversation, state, 'I am one of you');
  await mallory.client.ok(Opcode.COMMIT, CommitSchema, { conversation, epoch: 1n, commit: nodeCrypto.randomBytes(500) });
  await expectNothingShown(scene, bob, since);
  for (const what of ['a message', 'a change of keys']) {
    const error = `unreadable alice: ${what} in the conversation with alice could not be read`;
    assert.ok(
      errorsOf(bob).some((told) => told.startsWith(error)),
      `${error} in ${errorsOf(bob)}`,
    );
  }

  await say(['alice', alice], ['bob', bob], 'still just us', '2');
  await say(['bob', bob], ['alice', alice], 'yes', '2');
});
