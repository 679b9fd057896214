import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MlsError } from '../../src/mls/mls.ts';
import { nodeMls } from '../../src/mls/node.ts';
import { device, type End, GROUP, mlsError, NOW, pair } from './support.ts';

const mls = await nodeMls(1);

/** Bytes that differ from `good`: random ones, a flipped bit, a piece cut off, out or doubled. */
function bad(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(good.length - 1);
  return fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.tuple(at, fc.integer({ min: 1, max: 255 })).map(([i, mask]) => good.with(i, (good[i] as number) ^ mask)),
    at.map((length) => good.slice(0, length)),
    fc.tuple(at, at).map(([a, b]) => Uint8Array.of(...good.subarray(0, Math.min(a, b)), ...good.subarray(Math.max(a, b) + 1))),
    fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 8 })).map(([i, more]) => {
      return Uint8Array.of(...good.subarray(0, i), ...more, ...good.subarray(i));
    }),
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((more) => Uint8Array.of(...good, ...more)),
  );
}

/** Every one of them is an MlsError or, where the change did not matter, a success; nothing else is ever thrown. */
async function onlyMlsErrors(good: Uint8Array, operation: (bytes: Uint8Array) => unknown, numRuns = 300): Promise<number> {
  let failures = 0;
  await fc.assert(
    fc.asyncProperty(bad(good), async (bytes) => {
      try {
        await operation(bytes);
      } catch (error) {
        assert.ok(error instanceof MlsError, `${error}`);
        failures++;
      }
    }),
    { numRuns },
  );
  return failures;
}

async function stillTalks(alice: End, bob: End): Promise<void> {
  assert.equal((await bob.receive(await alice.send('still'))).text, 'still');
  assert.equal((await alice.receive(await bob.send('here'))).text, 'here');
}

describe('bytes that were changed give an MlsError and leave the state as it was:', () => {
  test('a message', async () => {
    const { alice, bob } = await pair(mls);
    const good = await alice.send('text');
    const failures = await onlyMlsErrors(good, (bytes) => mls.decrypt(bob.state, bytes), 500);
    assert.equal(failures, 500);
    assert.equal((await bob.receive(good)).text, 'text');
    await stillTalks(alice, bob);
  });

  test('every single bit of a message', async () => {
    const { alice, bob } = await pair(mls);
    const good = await alice.send('text');
    for (let bit = 0; bit < good.length * 8; bit++) {
      const flipped = good.with(bit >> 3, (good[bit >> 3] as number) ^ (1 << (bit & 7)));
      await assert.rejects(mls.decrypt(bob.state, flipped), MlsError);
    }
    assert.equal((await bob.receive(good)).text, 'text');
  });

  test('a message of a past epoch', async () => {
    const { alice, bob } = await pair(mls);
    const good = await alice.send('text');
    await bob.process(await alice.commit());
    await onlyMlsErrors(good, (bytes) => mls.decrypt(bob.state, bytes));
    assert.equal((await bob.receive(good)).text, 'text');
    await stillTalks(alice, bob);
  });

  test('a commit', async () => {
    const { alice, bob } = await pair(mls);
    const good = await alice.commit();
    const failures = await onlyMlsErrors(good, (bytes) => mls.processCommit(bob.state, bytes));
    assert.equal(failures, 300);
    await bob.process(good);
    await stillTalks(alice, bob);
  });

  test('a Welcome', async () => {
    const [alice, bob] = [device('alice'), device('bob')];
    const made = await mls.createKeyPackage(bob, NOW);
    const { welcome } = await mls.createGroup(alice, GROUP, [made.keyPackage], NOW);
    await onlyMlsErrors(welcome, (bytes) => mls.join(bob, bytes, [made.stored]));
    await mls.join(bob, welcome, [made.stored]);
  });

  test('a KeyPackage', async () => {
    const { keyPackage } = await mls.createKeyPackage(device('bob'), NOW);
    const failures = await onlyMlsErrors(keyPackage, (bytes) => mls.readKeyPackage(bytes, NOW));
    assert.equal(failures, 300);
    await onlyMlsErrors(keyPackage, (bytes) => mls.createGroup(device('alice'), GROUP, [bytes], NOW), 50);
  });

  test('a KeyPackage from the vault', async () => {
    const [alice, bob] = [device('alice'), device('bob')];
    const { keyPackage, stored } = await mls.createKeyPackage(bob, NOW);
    const { welcome } = await mls.createGroup(alice, GROUP, [keyPackage], NOW);
    await onlyMlsErrors(stored.bytes, (bytes) => mls.join(bob, welcome, [{ ...stored, bytes }]));
  });

  test('the header of a message', async () => {
    const { alice } = await pair(mls);
    await onlyMlsErrors(await alice.send('text'), (bytes) => mls.readEpoch(bytes));
  });

  test('a stored group: it is refused, or fails later with an MlsError', async () => {
    const { alice, bob } = await pair(mls);
    await bob.process(await alice.commit());
    const good = mls.encode(bob.state);
    const sent = await alice.send('text');
    const use = async (encoded: typeof good) => {
      const state = mls.decode(encoded);
      mls.encode(state);
      mls.info(state);
      await mls.decrypt(state, sent);
      await mls.encrypt(state, Uint8Array.of(1), Uint8Array.of(2));
    };
    await onlyMlsErrors(good.tree, (tree) => use({ ...good, tree }));
    await onlyMlsErrors(good.secrets, (secrets) => use({ ...good, secrets }));
    assert.equal((await bob.receive(sent)).text, 'text');
  });
});

test('a KeyPackage, Welcome or message of another kind is refused in every place', async () => {
  const { alice, bob } = await pair(mls);
  const carol = device('carol');
  const { keyPackage, stored } = await mls.createKeyPackage(carol, NOW);
  const { welcome } = await mls.createGroup(device('dave'), GROUP, [keyPackage], NOW);
  const [message, commit] = [await alice.send('x'), await alice.commit()];
  for (const bytes of [keyPackage, welcome]) {
    await assert.rejects(mls.decrypt(bob.state, bytes), MlsError);
    await assert.rejects(mls.processCommit(bob.state, bytes), MlsError);
    assert.throws(() => mls.readEpoch(bytes), MlsError);
  }
  for (const bytes of [message, commit]) {
    await assert.rejects(mls.readKeyPackage(bytes, NOW), MlsError);
    await assert.rejects(mls.join(carol, bytes, [stored]), MlsError);
  }
});

test('a message that is too large is refused before it is decoded', async () => {
  const { bob } = await pair(mls);
  await assert.rejects(mls.decrypt(bob.state, new Uint8Array(1_024 * 1_024 + 1)), MlsError);
});

test('a length that is longer than it need be is refused: one message has one encoding', async () => {
  const { alice, bob } = await pair(mls);
  const good = await alice.send('x');
  // Version u16, wire format u16, then the group id with its length in one byte; 0x40 starts the same length in two.
  assert.equal(good[4], GROUP.length);
  const longer = Uint8Array.of(...good.subarray(0, 4), 0x40, ...good.subarray(4));
  await assert.rejects(mls.decrypt(bob.state, longer), mlsError('malformed'));
  assert.throws(() => mls.readEpoch(longer), mlsError('malformed'));
});
