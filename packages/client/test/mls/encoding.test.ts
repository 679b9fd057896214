import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeMls } from '../../src/mls/node.ts';
import { device, group, inside, mlsError, pair } from './support.ts';

const mls = await nodeMls(1);

describe('a stored group', () => {
  test('goes on talking in both directions, out of order, over restarts at every message', async () => {
    const { alice, bob } = await pair(mls);
    for (let round = 0; round < 3; round++) {
      const sent: Uint8Array[] = [];
      for (let i = 0; i < 6; i++) {
        sent.push(await alice.send(`${round}.${i}`));
        alice.restart();
      }
      for (const i of [3, 0, 5, 1, 4, 2]) {
        assert.equal((await bob.receive(sent[i]!)).text, `${round}.${i}`);
        bob.restart();
        await assert.rejects(bob.receive(sent[i]!), mlsError('cannot_decrypt'));
        assert.equal((await alice.receive(await bob.send('reply'))).text, 'reply');
      }
      const [committer, other] = round % 2 === 0 ? [alice, bob] : [bob, alice];
      await other.process(await committer.commit());
      alice.restart();
      bob.restart();
    }
  });

  test('opens messages of past epochs after a restart, from the right author', async () => {
    const { alice, bob } = await pair(mls);
    const early = await alice.send('early');
    for (let i = 0; i < 3; i++) await bob.process(await alice.commit());
    bob.restart();
    const { text, from } = await bob.receive(early);
    assert.deepEqual([text, from], ['early', 'alice']);
  });

  test('encodes to the same bytes again', async () => {
    const { alice, bob } = await pair(mls);
    await alice.receive(await bob.send('x'));
    await bob.process(await alice.commit());
    const encoded = mls.encode(alice.state);
    assert.deepEqual(mls.encode(mls.decode(encoded)), encoded);
    assert.deepEqual(mls.info(mls.decode(encoded)), mls.info(alice.state));
  });

  test('keeps its tree part as it is while messages come and go, of this epoch and past ones', async () => {
    const { alice, bob } = await pair(mls);
    const early = await alice.send('early');
    await bob.process(await alice.commit());
    const { tree } = mls.encode(bob.state);
    const { secrets } = mls.encode(bob.state);
    await bob.receive(await alice.send('one'));
    await bob.receive(early);
    await bob.send('two');
    assert.deepEqual(mls.encode(bob.state).tree, tree);
    assert.notDeepEqual(mls.encode(bob.state).secrets, secrets);
    await alice.process(await bob.commit());
    assert.notDeepEqual(mls.encode(bob.state).tree, tree);
  });

  test('keeps every key its leaf uses, and has no secret in its tree part', async () => {
    const ends = await group([mls], [device('alice'), device('bob'), device('bob')]);
    for (const committer of ends) {
      const commit = await committer.commit();
      for (const end of ends) if (end !== committer) await end.process(commit);
    }
    for (const end of ends) {
      const before = inside(end.state);
      const encoded = mls.encode(end.state);
      end.restart();
      const after = inside(end.state);
      assert.deepEqual(after.privatePath, before.privatePath);
      assert.deepEqual(after.keySchedule, before.keySchedule);
      assert.deepEqual(after.signaturePrivateKey, end.device.signatureSecret);
      const tree = Buffer.from(encoded.tree);
      const secrets = [...Object.values(before.keySchedule), ...Object.values(before.privatePath.privateKeys)];
      for (const secret of [...secrets, before.signaturePrivateKey]) assert.ok(!tree.includes(secret));
    }
    const commit = await ends[2]!.commit();
    await ends[0]!.process(commit);
    await ends[1]!.process(commit);
  });

  test('does not share memory with the bytes it was read from', async () => {
    const { alice, bob } = await pair(mls);
    const { tree, secrets } = mls.encode(alice.state);
    alice.state = mls.decode({ tree, secrets });
    tree.fill(0);
    secrets.fill(0);
    assert.equal((await bob.receive(await alice.send('mine'))).text, 'mine');
  });

  test('is refused when its parts are of different epochs', async () => {
    const { alice, bob } = await pair(mls);
    const before = mls.encode(bob.state);
    await bob.process(await alice.commit());
    const after = mls.encode(bob.state);
    assert.throws(() => mls.decode({ tree: before.tree, secrets: after.secrets }), mlsError('malformed'));
    assert.throws(() => mls.decode({ tree: after.tree, secrets: before.secrets }), mlsError('malformed'));
  });

  test('is refused when bytes trail or lack, or its version is another', async () => {
    const { tree, secrets } = mls.encode((await pair(mls)).alice.state);
    for (const part of ['tree', 'secrets'] as const) {
      const good = { tree, secrets };
      for (const bad of [Uint8Array.of(...good[part], 0), good[part].subarray(0, -1), good[part].with(0, 2), new Uint8Array()]) {
        assert.throws(() => mls.decode({ ...good, [part]: bad }), mlsError('malformed'));
      }
    }
  });

  test('of another ciphersuite is refused', async () => {
    const hybrid = await nodeMls(83);
    const { alice } = await pair(hybrid);
    assert.throws(() => mls.decode(hybrid.encode(alice.state)), mlsError('refused'));
  });
});
