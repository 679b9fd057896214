import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { encodeMlsMessage, generateKeyPackageWithKey, type KeyPackage } from 'ts-mls';
import { signKeyPackage } from 'ts-mls/keyPackage.js';
import { decodeMessage } from '../../src/mls/decoding.ts';
import type { MlsDevice } from '../../src/mls/mls.ts';
import { nodeMls } from '../../src/mls/node.ts';
import { DAY, device, GROUP, library, mlsError, NOW } from './support.ts';

const mls = await nodeMls();
const suite = await library(83);
const alice = device('alice');
const bob = device('bob');

const decoded = (bytes: Uint8Array) => decodeMessage(bytes, 'mls_key_package').keyPackage;
const encoded = (keyPackage: KeyPackage) => encodeMlsMessage({ version: 'mls10', wireformat: 'mls_key_package', keyPackage });

/** Changes a KeyPackage of Alice's and signs it again with her key. */
async function changed(change: (keyPackage: KeyPackage) => KeyPackage): Promise<Uint8Array> {
  const { keyPackage } = await mls.createKeyPackage(alice, NOW);
  return encoded(await signKeyPackage(change(decoded(keyPackage)), alice.signatureSecret, suite.signature));
}

async function made(from: MlsDevice, seconds: { notBefore: number; notAfter: number }): Promise<Uint8Array> {
  const { publicPackage } = await generateKeyPackageWithKey(
    { credentialType: 'basic', identity: from.certificate },
    { versions: ['mls10'], ciphersuites: [suite.name], extensions: [], proposals: [], credentials: ['basic'] },
    { notBefore: BigInt(seconds.notBefore), notAfter: BigInt(seconds.notAfter) },
    [],
    { publicKey: from.signatureKey, signKey: from.signatureSecret },
    suite,
  );
  return encoded(publicPackage);
}

describe('a KeyPackage', () => {
  test('says whose it is', async () => {
    const { keyPackage } = await mls.createKeyPackage(alice, NOW);
    const member = await mls.readKeyPackage(keyPackage, NOW);
    assert.equal(member.username, 'alice');
    assert.deepEqual(member.deviceId, alice.deviceId);
    assert.deepEqual(member.identityKey, alice.identity.publicKey);
    assert.deepEqual(member.signatureKey, alice.signatureKey);
  });

  test('has keys of its own each time', async () => {
    const [a, b] = [await mls.createKeyPackage(alice, NOW), await mls.createKeyPackage(alice, NOW)];
    assert.notEqual(a.stored.reference, b.stored.reference);
    assert.notDeepEqual(decoded(a.keyPackage).initKey, decoded(b.keyPackage).initKey);
  });

  test('is valid from a day before it was made, for 30 days', async () => {
    const { keyPackage } = await mls.createKeyPackage(alice, NOW);
    for (const at of [NOW - DAY, NOW, NOW + 29 * DAY]) await mls.readKeyPackage(keyPackage, at);
    for (const at of [NOW - DAY - 1_000, NOW + 29 * DAY + 1_000, NOW + 365 * DAY]) {
      await assert.rejects(mls.readKeyPackage(keyPackage, at), mlsError('not_now'));
    }
  });

  test('is refused when it claims to live longer than 30 days', async () => {
    const start = Math.floor(NOW / 1_000) - 10;
    await mls.readKeyPackage(await made(alice, { notBefore: start, notAfter: start + 30 * 86_400 }), NOW);
    const longer = await made(alice, { notBefore: start, notAfter: start + 30 * 86_400 + 1 });
    await assert.rejects(mls.readKeyPackage(longer, NOW), mlsError('refused'));
  });

  test('of last resort is marked', async () => {
    const { keyPackage } = await mls.createKeyPackage(alice, NOW, { lastResort: true });
    assert.deepEqual(decoded(keyPackage).extensions, [{ extensionType: 10, extensionData: new Uint8Array() }]);
    assert.deepEqual(decoded((await mls.createKeyPackage(alice, NOW)).keyPackage).extensions, []);
    assert.equal((await mls.readKeyPackage(keyPackage, NOW)).username, 'alice');
  });

  test('of last resort can be used for two groups', async () => {
    const { keyPackage, stored } = await mls.createKeyPackage(alice, NOW, { lastResort: true });
    for (const groupId of [GROUP, new Uint8Array(16)]) {
      const { welcome } = await mls.createGroup(bob, groupId, [keyPackage], NOW);
      const { state, reference } = await mls.join(alice, welcome, [stored]);
      assert.equal(reference, stored.reference);
      assert.deepEqual(mls.info(state).groupId, groupId);
    }
  });

  test('is refused when its certificate is another device’s', async () => {
    const thief = { ...device('mallory'), certificate: alice.certificate };
    const seconds = { notBefore: Math.floor(NOW / 1_000) - 10, notAfter: Math.floor(NOW / 1_000) + 1_000 };
    await assert.rejects(mls.readKeyPackage(await made(thief, seconds), NOW), mlsError('refused'));
    await assert.rejects(mls.createKeyPackage(thief, NOW), mlsError('refused'));
  });

  test('is refused when another key signed it', async () => {
    const { keyPackage } = await mls.createKeyPackage(alice, NOW);
    const forged = await signKeyPackage(decoded(keyPackage), bob.signatureSecret, suite.signature);
    await assert.rejects(mls.readKeyPackage(encoded(forged), NOW), mlsError('refused'));
  });

  test('is refused when its leaf was signed by another key', async () => {
    const thief = { ...alice, signatureSecret: bob.signatureSecret };
    const seconds = { notBefore: Math.floor(NOW / 1_000) - 10, notAfter: Math.floor(NOW / 1_000) + 1_000 };
    const forged = decoded(await made(thief, seconds));
    const signed = await signKeyPackage(forged, alice.signatureSecret, suite.signature);
    await assert.rejects(mls.readKeyPackage(encoded(signed), NOW), mlsError('refused'));
  });

  test('is refused when its certificate’s signature does not hold', async () => {
    const certificate = alice.certificate.slice();
    certificate[certificate.length - 1]! ^= 1;
    const seconds = { notBefore: Math.floor(NOW / 1_000) - 10, notAfter: Math.floor(NOW / 1_000) + 1_000 };
    await assert.rejects(mls.readKeyPackage(await made({ ...alice, certificate }, seconds), NOW), mlsError('refused'));
  });

  test('of a device whose certificate says it was made tomorrow is taken: no clock decides that', async () => {
    const early = device('alice', alice.identity, NOW + DAY);
    const { keyPackage } = await mls.createKeyPackage(early, NOW);
    assert.equal((await mls.readKeyPackage(keyPackage, NOW)).username, 'alice');
  });

  test('is refused for another ciphersuite', async () => {
    const { keyPackage } = await (await nodeMls(1)).createKeyPackage(alice, NOW);
    await assert.rejects(mls.readKeyPackage(keyPackage, NOW), mlsError('refused'));
  });

  test('is refused with an unknown extension', async () => {
    const extensions = [{ extensionType: 0x1234, extensionData: new Uint8Array() }];
    await assert.rejects(mls.readKeyPackage(await changed((kp) => ({ ...kp, extensions })), NOW), mlsError('refused'));
  });

  test('is refused when its init key is its encryption key', async () => {
    const same = await changed((kp) => ({ ...kp, initKey: kp.leafNode.hpkePublicKey }));
    await assert.rejects(mls.readKeyPackage(same, NOW), mlsError('refused'));
  });

  test('is refused when its init key has a wrong length', async () => {
    const short = await changed((kp) => ({ ...kp, initKey: kp.initKey.subarray(1) }));
    await assert.rejects(mls.readKeyPackage(short, NOW), mlsError('refused'));
  });

  test('is refused with bytes behind it, and beyond its size', async () => {
    const { keyPackage } = await mls.createKeyPackage(alice, NOW);
    await assert.rejects(mls.readKeyPackage(Uint8Array.of(...keyPackage, 0), NOW), mlsError('malformed'));
    await assert.rejects(mls.readKeyPackage(new Uint8Array(16 * 1_024 + 1), NOW), mlsError('malformed'));
  });

  test('does not take the signature secret of another device', async () => {
    const mixed = { ...alice, signatureSecret: nodeCrypto.randomBytes(32) };
    await assert.rejects(mls.createKeyPackage(mixed, NOW), mlsError('refused'));
  });
});
