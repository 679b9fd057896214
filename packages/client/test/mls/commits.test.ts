import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generateIdentity, signDeviceCertificate } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { createCommit, encodeMlsMessage } from 'ts-mls';
import { nodeMls } from '../../src/mls/node.ts';
import { secretsOf } from '../../src/mls/secrets.ts';
import { device, type End, group, inside, library, mlsError, NOW, pair } from './support.ts';

const mls = await nodeMls(1);
const suite = await library(1);

describe('self-updates', () => {
  test('of both sides in turn carry the group on', async () => {
    const { alice, bob } = await pair(mls);
    for (let i = 0; i < 4; i++) {
      const [committer, other] = i % 2 === 0 ? [alice, bob] : [bob, alice];
      assert.equal(await other.process(await committer.commit()), committer.device.username);
      assert.equal(mls.info(alice.state).epoch, BigInt(i + 2));
      assert.equal((await other.receive(await committer.send(`epoch ${i}`))).text, `epoch ${i}`);
      assert.equal((await committer.receive(await other.send('and back'))).text, 'and back');
    }
  });

  test('work in a group of four devices', async () => {
    const ends = await group([mls], [device('alice'), device('bob'), device('alice'), device('bob')]);
    for (const committer of ends) {
      const commit = await committer.commit();
      for (const end of ends) if (end !== committer) await end.process(commit);
      const sent = await committer.send('after');
      for (const end of ends) if (end !== committer) assert.equal((await end.receive(sent)).text, 'after');
    }
  });

  test('change the keys of the committer’s leaf and nothing of who is in the group', async () => {
    const { alice, bob } = await pair(mls);
    const before = mls.info(bob.state).members;
    await bob.process(await alice.commit());
    assert.deepEqual(mls.info(bob.state).members, before);
  });

  test('of two members at once: the loser drops its own and takes the winner’s', async () => {
    const { alice, bob } = await pair(mls);
    const losing = await bob.mls.commitUpdate(bob.state);
    await bob.process(await alice.commit());
    assert.equal((await bob.receive(await alice.send('one group'))).text, 'one group');
    await assert.rejects(alice.process(losing.commit), mlsError('wrong_epoch'));
  });

  test('leave the old state as good as it was until they are installed', async () => {
    const { alice, bob } = await pair(mls);
    await bob.mls.commitUpdate(bob.state);
    assert.equal((await alice.receive(await bob.send('still here'))).text, 'still here');
    assert.equal((await bob.receive(await alice.send('me too'))).text, 'me too');
  });
});

describe('a pending commit', () => {
  test('outlives what the old epoch goes on to open and to forget', async () => {
    const { alice, bob } = await pair(mls);
    const sent = [await bob.send('0'), await bob.send('1'), await bob.send('2')];
    const pending = await mls.commitUpdate(alice.state);
    await alice.receive(sent[1]!);
    const installed = mls.install(pending.state, alice.state);
    alice.state = installed.state;
    installed.discard();
    pending.discard();
    await bob.process(pending.commit);
    await assert.rejects(alice.receive(sent[1]!), mlsError('cannot_decrypt'));
    assert.equal((await alice.receive(sent[2]!)).text, '2');
    assert.equal((await alice.receive(sent[0]!)).text, '0');
    assert.equal((await bob.receive(await alice.send('on'))).text, 'on');
  });

  test('can be used as it is, too: what the old state discarded is still open in it', async () => {
    const { alice, bob } = await pair(mls);
    const sent = [await bob.send('0'), await bob.send('1')];
    const pending = await mls.commitUpdate(alice.state);
    await alice.receive(sent[0]!);
    alice.state = pending.state;
    pending.discard();
    await bob.process(pending.commit);
    assert.equal((await alice.receive(sent[1]!)).text, '1');
  });

  test('survives the vault', async () => {
    const { alice, bob } = await pair(mls);
    const { state, commit } = await mls.commitUpdate(alice.state);
    const stored = mls.encode(state);
    await alice.receive(await bob.send('meanwhile'));
    alice.restart();
    alice.state = mls.install(mls.decode(stored), alice.state).state;
    await bob.process(commit);
    assert.equal((await bob.receive(await alice.send('on'))).text, 'on');
  });

  test('is installed only on the epoch it ends, of its own group', async () => {
    const { alice, bob } = await pair(mls);
    const { alice: elsewhere } = await pair(mls, new Uint8Array(16));
    const pending = await mls.commitUpdate(alice.state);
    assert.throws(() => mls.install(alice.state, alice.state), mlsError('wrong_epoch'));
    assert.throws(() => mls.install(pending.state, elsewhere.state), mlsError('wrong_group'));
    await alice.process(await bob.commit());
    assert.throws(() => mls.install(pending.state, alice.state), mlsError('wrong_epoch'));
  });

  test('zeroes the old epoch’s keys when it is installed, but what still opens its messages', async () => {
    const { alice } = await pair(mls);
    const pending = await mls.commitUpdate(alice.state);
    const installed = mls.install(pending.state, alice.state);
    const old = inside(alice.state);
    const kept = new Set(secretsOf(inside(installed.state)));
    installed.discard();
    for (const secret of secretsOf(old))
      assert.equal(
        secret.every((byte) => byte === 0),
        !kept.has(secret),
      );
    assert.ok(kept.has(old.keySchedule.senderDataSecret));
    assert.ok(!kept.has(old.keySchedule.initSecret));
  });
});

describe('a processed commit', () => {
  test('zeroes the old epoch’s keys on discard, but what still opens its messages', async () => {
    const { alice, bob } = await pair(mls);
    const step = await mls.processCommit(bob.state, await alice.commit());
    const old = inside(bob.state);
    const secrets = [...secretsOf(old)];
    const kept = new Set(secretsOf(inside(step.state)));
    step.discard();
    assert.ok(secrets.some((secret) => !kept.has(secret)));
    for (const secret of secrets) if (!kept.has(secret)) assert.ok(secret.every((byte) => byte === 0));
    assert.ok([...kept].every((secret) => secret.some((byte) => byte !== 0)));
  });

  test('zeroes an epoch that is no longer kept', async () => {
    const { alice, bob } = await pair(mls);
    const first = inside(bob.state).keySchedule.senderDataSecret;
    for (let i = 0; i < 4; i++) await bob.process(await alice.commit());
    assert.ok(first.some((byte) => byte !== 0));
    await bob.process(await alice.commit());
    assert.ok(first.every((byte) => byte === 0));
  });

  test('is refused a second time, and when it is our own', async () => {
    const { alice, bob } = await pair(mls);
    const pending = await mls.commitUpdate(alice.state);
    await assert.rejects(alice.process(pending.commit), mlsError('refused'));
    await bob.process(pending.commit);
    await assert.rejects(bob.process(pending.commit), mlsError('wrong_epoch'));
  });

  test('of another group or a future epoch is refused by name', async () => {
    const { alice, bob } = await pair(mls);
    const { bob: elsewhere } = await pair(mls, new Uint8Array(16));
    const first = await alice.commit();
    const second = await alice.commit();
    await assert.rejects(elsewhere.process(first), mlsError('wrong_group'));
    await assert.rejects(bob.process(second), mlsError('wrong_epoch'));
    await bob.process(first);
    await bob.process(second);
  });

  test('is no message, and a message is no commit', async () => {
    const { alice, bob } = await pair(mls);
    const sent = await alice.send('x');
    await assert.rejects(bob.process(sent), mlsError('refused'));
    await assert.rejects(bob.receive(await alice.commit()), mlsError('refused'));
    assert.equal((await bob.receive(sent)).text, 'x');
  });

  test('may carry another certificate for the same key: it is applied, and the members say so', async () => {
    const { alice, bob } = await pair(mls);
    const mallory = generateIdentity(nodeCrypto);
    const identity = signDeviceCertificate(nodeCrypto, mallory.secret, {
      username: 'mallory',
      identityKey: mallory.publicKey,
      deviceId: alice.device.deviceId,
      deviceName: 'x',
      signatureKey: alice.device.signatureKey,
      channelKey: nodeCrypto.x25519.generate().publicKey,
      createdMs: NOW,
    });
    assert.equal(await bob.process(await commitWithCertificate(alice, identity)), 'alice');
    assert.deepEqual(
      mls.info(bob.state).members.map(({ username }) => username),
      ['mallory', 'bob'],
    );
  });

  test('is refused when its new leaf has a certificate for another key', async () => {
    const { alice, bob } = await pair(mls);
    const commit = await commitWithCertificate(alice, device('alice', alice.device.identity).certificate);
    await assert.rejects(bob.process(commit), mlsError('cannot_decrypt'));
  });
});

/** An empty commit whose new leaf has another credential. */
async function commitWithCertificate(end: End, identity: Uint8Array): Promise<Uint8Array> {
  const state = inside(end.state);
  const ratchetTree = state.ratchetTree.map((node, i) =>
    node?.nodeType === 'leaf' && i === state.privatePath.leafIndex * 2
      ? { ...node, leaf: { ...node.leaf, credential: { credentialType: 'basic' as const, identity } } }
      : node,
  );
  const { commit } = await createCommit({ state: { ...state, ratchetTree }, cipherSuite: suite });
  return encodeMlsMessage(commit);
}
