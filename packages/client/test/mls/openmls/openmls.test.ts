import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeMls } from '../../../src/mls/node.ts';
import { webMls } from '../../../src/mls/web.ts';
import { device, End, GROUP, mlsError, NOW } from '../support.ts';
import { OpenMlsDevice, type OpenMlsEnd } from './core-crypto.ts';
import { type AnyEnd, epochOf, opens, talk, update } from './ends.ts';
import { createWith, joinWith, stored, willingKeyPackage } from './our-side.ts';

const mls = await nodeMls(1);

/** Alice is ours, Bob has OpenMLS. */
interface Two {
  readonly alice: End;
  readonly bob: OpenMlsEnd;
}

async function madeByUs(): Promise<Two> {
  const bob = await OpenMlsDevice.create('bob');
  const { end, welcome } = await createWith(device('alice'), GROUP, [await bob.keyPackage()]);
  return { alice: end, bob: await bob.join(welcome) };
}

async function madeByThem(): Promise<Two> {
  const own = device('alice');
  const bob = await OpenMlsDevice.create('bob');
  const { keyPackage, made } = await willingKeyPackage(own);
  const { end, welcome } = await bob.createGroup(GROUP, [keyPackage]);
  return { alice: await joinWith(own, welcome, made), bob: end };
}

for (const [maker, makeTwo] of [
  ['us', madeByUs],
  ['OpenMLS', madeByThem],
] as const) {
  describe(`a group with OpenMLS, made by ${maker}`, () => {
    test('carries messages both ways, from the right authors, also empty and long ones', async () => {
      const { alice, bob } = await makeTwo();
      await talk([alice, bob]);
      for (const text of ['', 'x'.repeat(40_000)]) {
        await opens(bob, await alice.send(text), text, alice);
        await opens(alice, await bob.send(text), text, bob);
      }
    });

    test('goes on over commits of both sides and restarts of ours', async () => {
      const { alice, bob } = await makeTwo();
      const before = await epochOf(alice);
      for (const committer of [alice, bob, bob, alice, alice, bob]) {
        await update(committer, [alice, bob]);
        alice.restart();
        await talk([alice, bob]);
      }
      assert.deepEqual([await epochOf(alice), await epochOf(bob)], [before + 6, before + 6]);
    });

    test('opens for us what OpenMLS has sent in any order, each once, and up to 4 epochs late', async () => {
      const { alice, bob } = await makeTwo();
      const late = await bob.send('late');
      const sent = [await bob.send('0'), await bob.send('1'), await bob.send('2'), await bob.send('3')];
      for (const n of [2, 0, 3, 1]) await opens(alice, sent[n]!, `${n}`, bob);
      for (const again of sent) await assert.rejects(alice.receive(again), mlsError('cannot_decrypt'));
      const older = await bob.send('older');
      for (const committer of [alice, bob, alice, bob]) await update(committer, [alice, bob]);
      await opens(alice, late, 'late', bob);
      await update(bob, [alice, bob]);
      await assert.rejects(alice.receive(older), mlsError('wrong_epoch'));
      await talk([alice, bob]);
    });

    test('opens for OpenMLS what we have sent out of order, and after a commit', async () => {
      const { alice, bob } = await makeTwo();
      const sent = [await alice.send('0'), await alice.send('1'), await alice.send('2')];
      for (const n of [1, 0, 2]) await opens(bob, sent[n]!, `${n}`, alice);
      await assert.rejects(bob.receive(sent[1]!));
      const early = await alice.send('early');
      await update(bob, [alice, bob]);
      await opens(bob, early, 'early', alice);
    });

    test('takes the first of two commits, whosever it is', async () => {
      const { alice, bob } = await makeTwo();
      const ours = await mls.commitUpdate(alice.state);
      await alice.process(await bob.commit());
      assert.throws(() => mls.install(ours.state, alice.state), mlsError('wrong_epoch'));
      await assert.rejects(bob.process(ours.commit));
      const theirs = await bob.losingCommit();
      await bob.process(await alice.commit());
      await assert.rejects(alice.process(theirs), mlsError('wrong_epoch'));
      await talk([alice, bob]);
    });

    test('refuses what was changed, and what was said in another one', async () => {
      const { alice, bob } = await makeTwo();
      const other = await makeTwo();
      const commit = await bob.losingCommit();
      const sent = await bob.send('as it was');
      for (const offset of [25, 40, sent.length - 1]) {
        const before = mls.encode(alice.state);
        await assert.rejects(
          alice.receive(sent.with(offset, sent[offset]! ^ 1)),
          mlsError(offset === 25 ? 'wrong_epoch' : 'cannot_decrypt'),
        );
        assert.deepEqual(mls.encode(alice.state), before);
      }
      await assert.rejects(alice.process(commit.with(-1, commit.at(-1)! ^ 1)), mlsError('cannot_decrypt'));
      // The two have one group id: it is the keys that differ.
      await assert.rejects(alice.receive(await other.bob.send('elsewhere')), mlsError('cannot_decrypt'));
      await assert.rejects(alice.process(await other.bob.commit()), mlsError('cannot_decrypt'));
      await opens(alice, sent, 'as it was', bob);
    });
  });
}

describe('a group of four, with both our providers and two of OpenMLS', () => {
  test('is one group to all of them, over a commit of each', async () => {
    const web = await webMls(1);
    const carol = device('carol');
    const { keyPackage, stored: secrets } = await web.createKeyPackage(carol, NOW);
    const [bob, dave] = [await OpenMlsDevice.create('bob'), await OpenMlsDevice.create('dave')];
    const published = [await bob.keyPackage(), keyPackage, await dave.keyPackage()];
    const { end: alice, welcome } = await createWith(device('alice'), GROUP, published);
    // Nothing in it stops our own `join`.
    const joined = new End(web, carol, (await web.join(carol, welcome, [secrets])).state);
    const ends: AnyEnd[] = [alice, await bob.join(welcome), joined, await dave.join(welcome)];
    await talk(ends);
    for (const committer of ends) {
      await update(committer, ends);
      await talk(ends);
    }
    assert.deepEqual(await Promise.all(ends.map(epochOf)), [5, 5, 5, 5]);
  });
});

describe('what our rules refuse of Wire’s client, and what it refuses of us', () => {
  test('its KeyPackages: they are valid for more than 30 days', async () => {
    const keyPackage = await (await OpenMlsDevice.create('bob')).keyPackage();
    await assert.rejects(mls.readKeyPackage(keyPackage, NOW), mlsError('refused', /valid for too long/));
    await assert.rejects(mls.createGroup(device('alice'), GROUP, [keyPackage], NOW), mlsError('refused', /valid for too long/));
  });

  test('its Welcomes: its groups have extensions', async () => {
    const own = device('alice');
    const { keyPackage, made } = await willingKeyPackage(own);
    const { welcome } = await (await OpenMlsDevice.create('bob')).createGroup(GROUP, [keyPackage]);
    await assert.rejects(mls.join(own, welcome, [await stored(made)]), mlsError('refused', /the group has extensions/));
  });

  test('our KeyPackages: we take no X.509 credentials, which its groups require', async () => {
    const { keyPackage } = await mls.createKeyPackage(device('alice'), NOW);
    const bob = await OpenMlsDevice.create('bob');
    await assert.rejects(bob.createGroup(GROUP, [keyPackage]), /Credentials are not acceptable/);
  });
});
