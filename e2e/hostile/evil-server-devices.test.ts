import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode, readConsent } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import {
  AcceptSchema,
  CommitSchema,
  DevicesSchema,
  OkSchema,
  RejoinSchema,
  RttSchema,
  type SignedDeviceList,
} from '@parley/protocol/wire';
import { withGhost, withVersion } from '../support/evil-server/device-lists.ts';
import type { EvilServer, Lie } from '../support/evil-server/evil-server.ts';
import { Impostor } from '../support/evil-server/impostor.ts';
import { changing } from '../support/evil-server/mailbox-lies.ts';
import { errorsOf, Scene } from '../support/evil-server/scene.ts';
import { swappedUser } from '../support/evil-server/swapped-user.ts';
import { within } from '../support/process.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { befriend, say } from '../support/world.ts';

/** A server that adds devices: to lists, to groups, to what they are made of. */

/** Alice's device list, as Bob was shown it with her request. */
function listOf(evil: EvilServer): SignedDeviceList {
  const { fromDevices } = fromBinary(RttSchema, evil.bodies('bob', Opcode.RTT)[0] ?? assert.fail());
  return fromDevices ?? assert.fail();
}

async function talk(alice: ScriptClient, bob: ScriptClient, id: string): Promise<void> {
  await say(['alice', alice], ['bob', bob], `${id} from alice`, id);
  await say(['bob', bob], ['alice', alice], `${id} from bob`, id);
}

/** Bob makes a new group, for which he asks the server for Alice's devices and their KeyPackages. */
function makeNewGroup({ evil }: Scene): Promise<void> {
  return evil.deliver('bob', Opcode.REJOIN, RejoinSchema, {});
}

const NO_LIST = "invalid_consent alice: a device list in alice's name was dropped: its device list does not hold";
const NO_NEW_KEYS = 'no new keys can be made for the conversation with alice, by what the server says of their devices';

test('a device list with a device, or a version, that the user has not signed is dropped and named', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  const { account } = await Impostor.of('alice');
  const { account: mallory } = await Impostor.of('mallory');
  const honest = listOf(scene.evil);
  for (const devices of [
    withGhost(honest, account, 'of nobody'),
    withGhost(honest, account, 'of the ghost'),
    withGhost(honest, account, 'of the list before'),
    withGhost(honest, mallory, 'of the ghost'),
    withVersion(honest, 1n << 62n),
  ]) {
    await scene.evil.deliver('bob', Opcode.DEVICES, DevicesSchema, { devices });
  }
  assert.deepEqual(errorsOf(bob), [NO_LIST], 'the same is told once a minute');
  await talk(alice, bob, '1');
});

test('a request with the KeyPackage of a device more is dropped and named', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  const { own, account } = await Impostor.of('alice');
  const { deviceId } = account.device();
  scene.evil.tell(
    changing('bob', Opcode.RTT, (body) => {
      const rtt = fromBinary(RttSchema, body);
      const ghost = { $typeName: 'parley.DeviceKeyPackage', deviceId, keyPackage: own.keyPackage } as const;
      return toBinary(RttSchema, { ...rtt, keyPackages: [...rtt.keyPackages, ghost] });
    }),
  );
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('error', { code: 'invalid_consent' });
  assert.deepEqual(errorsOf(bob), [
    "invalid_consent alice: a request to talk in alice's name was dropped: what came with it was changed",
  ]);
  assert.ok(!bob.events.some(({ event }) => event === 'request'));
});

test('a ghost on the list by which a request is accepted ends the acceptance, and is named', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  alice.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });
  const { account } = await Impostor.of('alice');
  scene.evil.tell(swappedUser('bob', 'alice', withGhost(listOf(scene.evil), account, 'of the ghost')));
  bob.send({ do: 'accept', user: 'alice' });
  await bob.next('error', { code: 'invalid_consent' });
  assert.deepEqual(errorsOf(bob), [
    'invalid_consent alice: the request of alice cannot be accepted: its device list does not hold',
  ]);
});

test('a list on which a device that was lost is still is older than the one that is known: dropped, and named', async () => {
  await using scene = await Scene.start();
  const [lost, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  lost.send({ do: 'request', user: 'bob' });
  await bob.next('request', { from: 'alice' });
  const old = listOf(scene.evil);
  lost.send({ do: 'cancel', user: 'bob' });
  await lost.quit();
  const alice = await scene.recover('alice');
  await befriend(['alice', alice], ['bob', bob]);
  await talk(alice, bob, '1');
  await scene.evil.deliver('bob', Opcode.DEVICES, DevicesSchema, { devices: old });
  const older = 'its device list is older than one seen before';
  assert.deepEqual(errorsOf(bob), [`invalid_consent alice: a device list in alice's name was dropped: ${older}`]);

  const end = scene.evil.tell(swappedUser('bob', 'alice', old));
  await makeNewGroup(scene);
  await bob.next('error', { message: `${NO_NEW_KEYS}: ${older}` });
  bob.send({ do: 'send', to: 'alice', text: 'to nobody but her', id: 'waits' });
  await bob.list();
  assert.ok(!bob.events.some(({ event, id }) => event === 'sent' && id === 'waits'), 'not while that is so');
  end();
  await Promise.all([alice.next('message', { text: 'to nobody but her' }), bob.next('sent', { id: 'waits' })]);
});

test("somebody else's KeyPackage in the place of one of the contact's makes no group, and is named once", async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  await talk(alice, bob, '1');
  const { own } = await Impostor.of('mallory');
  let claims = 0;
  const thrice = Promise.withResolvers<void>();
  const giving: Lie = {
    say(said, to) {
      const { result } = said.opcode === Opcode.OK ? fromBinary(OkSchema, said.body) : { result: undefined };
      if (to.username !== 'bob' || result?.case !== 'keys' || result.value.keyPackages.length === 0) return undefined;
      claims += 1;
      if (claims === 3) thrice.resolve();
      for (const each of result.value.keyPackages) each.keyPackage = own.keyPackage;
      return [{ ...said, body: toBinary(OkSchema, { $typeName: 'parley.Ok', result }) }];
    },
  };
  const end = scene.evil.tell(giving);
  await makeNewGroup(scene);
  await within(thrice.promise, 'Bob to ask for KeyPackages three times');
  end();
  await talk(alice, bob, '2');
  const why = 'it has a KeyPackage that is not of the device it names';
  assert.deepEqual(errorsOf(bob).slice(1), [`invalid_consent alice: ${NO_NEW_KEYS}: ${why}`]);
});

test('a COMMIT that adds a ghost is not followed: it is named, and the group replaced', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  await talk(alice, bob, '1');
  const { consent } = fromBinary(AcceptSchema, scene.evil.bodies('alice', Opcode.ACCEPT)[0] ?? assert.fail());
  const { conversation } = readConsent(consent?.statement ?? assert.fail());
  const device = { username: 'alice', deviceId: nodeCrypto.randomBytes(8) };
  const commit = nodeCrypto.randomBytes(500);
  const welcomes = [{ device, welcome: nodeCrypto.randomBytes(500) }];
  await scene.evil.deliver('bob', Opcode.COMMIT, CommitSchema, { conversation, epoch: 1n, commit, added: [device], welcomes });
  await talk(alice, bob, '2');
  assert.match(
    errorsOf(bob).join('\n'),
    /^unreadable alice: a change of keys in the conversation with alice could not be read: [^\n]*$/,
  );
});

test('a ghost among the members that the server says a group has is in none: what counts is the tree of the group', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enter('bob')];
  const deviceId = nodeCrypto.randomBytes(8);
  scene.evil.tell(
    changing('alice', Opcode.ACCEPT, (body) => {
      const accept = fromBinary(AcceptSchema, body);
      const ghost = { $typeName: 'parley.DeviceRef', username: 'bob', deviceId } as const;
      return toBinary(AcceptSchema, { ...accept, members: [...accept.members, ghost] });
    }),
  );
  await befriend(['alice', alice], ['bob', bob]);
  await talk(alice, bob, '1');
  assert.deepEqual([errorsOf(alice), errorsOf(bob)], [[], []]);
});
