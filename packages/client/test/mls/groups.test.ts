import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toHex } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { createCommit, createGroup, type Extension, encodeMlsMessage } from 'ts-mls';
import { encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { Authentication } from '../../src/mls/authentication.ts';
import { makeContext } from '../../src/mls/context.ts';
import { decodeMessage } from '../../src/mls/decoding.ts';
import { generateKeyPackage } from '../../src/mls/key-packages.ts';
import { nodeMls } from '../../src/mls/node.ts';
import { device, GROUP, group, inside, library, mlsError, NOW, pair } from './support.ts';

const mls = await nodeMls(1);
const suite = await library(1);
const alice = device('alice');
const bob = device('bob');

describe('a new group', () => {
  test('holds its creator and all it adds, in epoch 1, for both sides alike', async () => {
    const phone = device('bob', bob.identity);
    const laptop = device('alice', alice.identity);
    const ends = await group([mls], [alice, bob, phone, laptop]);
    for (const end of ends) {
      const info = mls.info(end.state);
      assert.deepEqual(info.groupId, GROUP);
      assert.equal(info.epoch, 1n);
      assert.equal(info.suite, 1);
      const ids = info.members.map(({ username, deviceId }) => `${username} ${toHex(deviceId)}`);
      assert.deepEqual(
        ids,
        [alice, bob, phone, laptop].map((who) => `${who.username} ${toHex(who.deviceId)}`),
      );
    }
    const sent = await ends[3]!.send('to all');
    for (const end of ends.slice(0, 3)) assert.equal((await end.receive(sent)).text, 'to all');
  });

  test('lets its creator send at once, before anybody joined', async () => {
    const made = await mls.createKeyPackage(bob, NOW);
    const { state, welcome } = await mls.createGroup(alice, GROUP, [made.keyPackage], NOW);
    const { ciphertext } = await mls.encrypt(state, new TextEncoder().encode('early'), new Uint8Array());
    const joined = await mls.join(bob, welcome, [made.stored]);
    const { plaintext } = await mls.decrypt(joined.state, ciphertext);
    assert.equal(new TextDecoder().decode(plaintext), 'early');
  });

  test('of one member is refused', async () => {
    await assert.rejects(mls.createGroup(alice, GROUP, [], NOW), mlsError('refused'));
  });

  test('of too many members is refused', async () => {
    const many = new Array<Uint8Array>(1_024).fill(new Uint8Array());
    await assert.rejects(mls.createGroup(alice, GROUP, many, NOW), mlsError('refused', /too many members/));
  });

  test('does not take one device twice', async () => {
    const [a, b] = [await mls.createKeyPackage(bob, NOW), await mls.createKeyPackage(bob, NOW)];
    await assert.rejects(mls.createGroup(alice, GROUP, [a.keyPackage, b.keyPackage], NOW), mlsError('refused'));
    await assert.rejects(mls.createGroup(alice, GROUP, [a.keyPackage, a.keyPackage], NOW), mlsError('refused'));
    const own = await mls.createKeyPackage(alice, NOW);
    await assert.rejects(mls.createGroup(alice, GROUP, [own.keyPackage], NOW), mlsError('refused'));
  });

  test('does not take a KeyPackage that has expired', async () => {
    const { keyPackage } = await mls.createKeyPackage(bob, NOW - 40 * 24 * 3_600_000);
    await assert.rejects(mls.createGroup(alice, GROUP, [keyPackage], NOW), mlsError('not_now'));
  });

  test('does not keep the epoch before the first commit', async () => {
    const made = await mls.createKeyPackage(bob, NOW);
    const { state } = await mls.createGroup(alice, GROUP, [made.keyPackage], NOW);
    const { tree } = mls.encode(state);
    assert.equal(tree.at(-1), 0);
  });
});

describe('joining', () => {
  test('says which KeyPackage was used, among many', async () => {
    const made = [
      await mls.createKeyPackage(bob, NOW),
      await mls.createKeyPackage(bob, NOW),
      await mls.createKeyPackage(bob, NOW),
    ];
    const { welcome } = await mls.createGroup(alice, GROUP, [made[1]!.keyPackage], NOW);
    const { reference } = await mls.join(
      bob,
      welcome,
      made.map(({ stored }) => stored),
    );
    assert.equal(reference, made[1]!.stored.reference);
  });

  test('is refused with no KeyPackage the Welcome names', async () => {
    const made = await mls.createKeyPackage(bob, NOW);
    const other = await mls.createKeyPackage(bob, NOW);
    const { welcome } = await mls.createGroup(alice, GROUP, [made.keyPackage], NOW);
    await assert.rejects(mls.join(bob, welcome, [other.stored]), mlsError('not_for_us'));
    await assert.rejects(mls.join(bob, welcome, []), mlsError('not_for_us'));
  });

  test('is refused with another device’s KeyPackage', async () => {
    const made = await mls.createKeyPackage(bob, NOW);
    const { welcome } = await mls.createGroup(alice, GROUP, [made.keyPackage], NOW);
    await assert.rejects(mls.join(device('carol'), welcome, [made.stored]), mlsError('not_for_us'));
  });

  test('is refused with the secrets of another KeyPackage under that reference', async () => {
    const [a, b] = [await mls.createKeyPackage(bob, NOW), await mls.createKeyPackage(bob, NOW)];
    const { welcome } = await mls.createGroup(alice, GROUP, [a.keyPackage], NOW);
    const mixed = { reference: a.stored.reference, bytes: b.stored.bytes };
    await assert.rejects(mls.join(bob, welcome, [mixed]), mlsError('refused'));
  });

  test('is refused for a Welcome of another ciphersuite', async () => {
    const hybrid = await nodeMls(83);
    const made = await hybrid.createKeyPackage(bob, NOW);
    const { welcome } = await hybrid.createGroup(alice, GROUP, [made.keyPackage], NOW);
    await assert.rejects(mls.join(bob, welcome, [made.stored]), mlsError('refused'));
  });

  test('takes nothing but a Welcome', async () => {
    const { alice: sender } = await pair(mls);
    const made = await mls.createKeyPackage(bob, NOW);
    await assert.rejects(mls.join(bob, await sender.send('x'), [made.stored]), mlsError('refused'));
    await assert.rejects(mls.join(bob, made.keyPackage, [made.stored]), mlsError('refused'));
  });

  test('is refused for a group with extensions in its context', async () => {
    const { welcome, stored } = await hostileWelcome({
      context: [{ extensionType: 'required_capabilities', extensionData: Uint8Array.of(0, 0, 0) }],
    });
    await assert.rejects(mls.join(bob, welcome, [stored]), mlsError('refused', /the group has extensions/));
  });

  test('is refused for a Welcome that opens the group to external commits', async () => {
    const { welcome, stored } = await hostileWelcome({
      groupInfo: [{ extensionType: 'external_pub', extensionData: new Uint8Array(32) }],
    });
    await assert.rejects(mls.join(bob, welcome, [stored]), mlsError('refused', /not just its tree/));
  });

  test('is refused for a Welcome without its tree', async () => {
    const { welcome, stored } = await hostileWelcome({ tree: false });
    await assert.rejects(mls.join(bob, welcome, [stored]), mlsError('refused', /not just its tree/));
  });

  test('is refused for a tree that is too wide, before anything in it is checked', async () => {
    // 2,048 blank nodes, then the last leaf that keeps them.
    const leaf = encodeRatchetTree(inside((await pair(mls)).alice.state).ratchetTree.slice(0, 1)).subarray(2);
    const length = 2_048 + leaf.length;
    const extensionData = Uint8Array.of(0x40 | (length >> 8), length & 0xff, ...new Uint8Array(2_048), ...leaf);
    const { welcome, stored } = await hostileWelcome({
      tree: false,
      groupInfo: [{ extensionType: 'ratchet_tree', extensionData }],
    });
    await assert.rejects(mls.join(bob, welcome, [stored]), mlsError('refused', /too many members/));
  });

  test('is refused when a leaf’s certificate is not its own', async () => {
    const mallory = { ...device('mallory'), certificate: alice.certificate };
    const { welcome, stored } = await hostileWelcome({ creator: mallory });
    await assert.rejects(mls.join(bob, welcome, [stored]), mlsError('refused', /does not hold/));
  });

  test('works with what hostile Welcomes are made of, when nothing is wrong', async () => {
    const { welcome, stored } = await hostileWelcome({});
    assert.equal((await mls.join(bob, welcome, [stored])).reference, stored.reference);
  });
});

interface Hostile {
  context?: Extension[];
  groupInfo?: Extension[];
  tree?: boolean;
  creator?: ReturnType<typeof device>;
}

/** A Welcome for Bob as only a client of another make would send it. */
async function hostileWelcome({ context = [], groupInfo = [], tree = true, creator = alice }: Hostile) {
  const bobs = await mls.createKeyPackage(bob, NOW);
  const permissive = new Authentication(nodeCrypto);
  permissive.checkDevice = () => {};
  permissive.validateCredential = async () => true;
  const hostile = makeContext(1, suite, permissive);
  const { keyPackage, privateKeys } = await generateKeyPackage(hostile, creator, NOW);
  const state = await createGroup(GROUP, keyPackage, privateKeys, context, suite, hostile.config);
  const add = { keyPackage: decodeMessage(bobs.keyPackage, 'mls_key_package').keyPackage };
  const { welcome } = await createCommit(
    { state, cipherSuite: suite },
    { extraProposals: [{ proposalType: 'add', add }], ratchetTreeExtension: tree, groupInfoExtensions: groupInfo },
  );
  assert.ok(welcome);
  return { welcome: encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome }), stored: bobs.stored };
}
