import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes, MAX_CIPHERTEXT, MAX_TEXT_BYTES, padme } from '@parley/protocol';
import { ContentSchema } from '@parley/protocol/wire';
import fc from 'fast-check';
import { encodeMlsMessage } from 'ts-mls';
import { protectApplicationData } from 'ts-mls/messageProtection.js';
import { nodeMls } from '../../src/mls/node.ts';
import { secretsOf } from '../../src/mls/secrets.ts';
import { device, End, GROUP, group, ID, inside, library, mlsError, pair } from './support.ts';

const mls = await nodeMls(1);
const text = (value: string) => new TextEncoder().encode(value);

describe('messages', () => {
  test('go both ways, with their authenticated data and their author', async () => {
    const { alice, bob } = await pair(mls);
    const sent = await alice.mls.encrypt(alice.state, text('hello'), ID);
    const received = await bob.mls.decrypt(bob.state, sent.ciphertext);
    assert.deepEqual(received.plaintext, text('hello'));
    assert.deepEqual(received.authenticatedData, ID);
    assert.equal(received.author.username, 'alice');
    assert.deepEqual(received.author.deviceId, alice.device.deviceId);
    assert.deepEqual(received.author.identityKey, alice.device.identity.publicKey);
    assert.deepEqual(received.author.signatureKey, alice.device.signatureKey);
    assert.equal((await alice.receive(await bob.send('hi'))).text, 'hi');
  });

  test('an empty message goes through', async () => {
    const { alice, bob } = await pair(mls);
    assert.equal((await bob.receive(await alice.send(''))).text, '');
  });

  test('arrive in any order, each exactly once', async () => {
    const { alice, bob } = await pair(mls);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }), async (order) => {
        const sent: Uint8Array[] = [];
        for (const i of order.keys()) sent.push(await alice.send(`text ${i}`));
        for (const i of order) assert.equal((await bob.receive(sent[i]!)).text, `text ${i}`);
        for (const i of order) await assert.rejects(bob.receive(sent[i]!), mlsError('cannot_decrypt'));
      }),
      { numRuns: 10 },
    );
  });

  test('a state is a value: the old one opens the same ciphertext again, the new one does not', async () => {
    const { alice, bob } = await pair(mls);
    const ciphertext = await alice.send('once');
    const first = await mls.decrypt(bob.state, ciphertext);
    const second = await mls.decrypt(bob.state, ciphertext);
    assert.deepEqual(first.plaintext, second.plaintext);
    await assert.rejects(mls.decrypt(first.state, ciphertext), mlsError('cannot_decrypt'));
  });

  test('discard zeroes what was consumed, and the old state is refused from then on', async () => {
    const { alice, bob } = await pair(mls);
    const sent = await mls.encrypt(alice.state, text('x'), ID);
    const received = await mls.decrypt(bob.state, sent.ciphertext);
    for (const [old, step] of [
      [alice.state, sent],
      [bob.state, received],
    ] as const) {
      const secrets = [...secretsOf(inside(old))];
      const kept = new Set(secretsOf(inside(step.state)));
      step.discard();
      step.discard();
      const gone = secrets.filter((secret) => !kept.has(secret));
      assert.ok(gone.length > 0);
      assert.ok(gone.every((secret) => secret.every((byte) => byte === 0)));
      assert.ok([...kept].every((secret) => secret.some((byte) => byte !== 0)));
      await assert.rejects(mls.encrypt(old, text('x'), ID), mlsError('refused'));
      await assert.rejects(mls.decrypt(old, sent.ciphertext), mlsError('refused'));
      assert.throws(() => mls.encode(old), mlsError('refused'));
      assert.throws(() => mls.info(old), mlsError('refused'));
    }
    await new End(mls, bob.device, received.state).receive(await new End(mls, alice.device, sent.state).send('on'));
  });

  test('a sender cannot open its own message', async () => {
    const { alice } = await pair(mls);
    await assert.rejects(alice.receive(await alice.send('to myself')), mlsError('cannot_decrypt'));
  });

  test('a state of another adapter is refused', async () => {
    await assert.rejects(mls.encrypt({ brand: 'GroupState' }, text('x'), ID), mlsError('refused'));
  });

  test('a state shows no secret when it is printed', async () => {
    const { alice } = await pair(mls);
    assert.equal(JSON.stringify(alice.state), '"[group state]"');
  });
});

describe('the author', () => {
  test('is the leaf of the sender data, also for a second device', async () => {
    const phone = device('alice');
    const laptop = device('alice', phone.identity);
    const ends = await group([mls], [phone, device('bob'), laptop]);
    for (const sender of ends) {
      const ciphertext = await sender.send('who?');
      for (const receiver of ends) {
        if (receiver === sender) continue;
        const { from, deviceId } = await receiver.receive(ciphertext);
        assert.equal(from, sender.device.username);
        assert.deepEqual(deviceId, sender.device.deviceId);
      }
    }
  });

  test('cannot be forged by another member who names its leaf', async () => {
    const { alice, bob } = await pair(mls);
    const suite = await library(1);
    const state = inside(bob.state);
    const { privateMessage } = await protectApplicationData(
      state.signaturePrivateKey,
      state.keySchedule.senderDataSecret,
      text('I am Alice'),
      ID,
      state.groupContext,
      state.secretTree,
      inside(alice.state).privatePath.leafIndex,
      state.clientConfig.paddingConfig,
      suite,
    );
    const forged = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage });
    await assert.rejects(bob.mls.decrypt(bob.state, forged), mlsError('cannot_decrypt'));
    await assert.rejects(alice.mls.decrypt(alice.state, forged), mlsError('cannot_decrypt'));
  });

  test('that is no member is refused', async () => {
    const { alice, bob } = await pair(mls);
    const suite = await library(1);
    const state = inside(bob.state);
    const secretTree = [...state.secretTree, state.secretTree[0]!, state.secretTree[0]!];
    const { privateMessage } = await protectApplicationData(
      state.signaturePrivateKey,
      state.keySchedule.senderDataSecret,
      text('nobody'),
      ID,
      state.groupContext,
      secretTree,
      2,
      state.clientConfig.paddingConfig,
      suite,
    );
    const forged = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage });
    await assert.rejects(alice.receive(forged), mlsError('cannot_decrypt'));
  });
});

describe('group id and epoch', () => {
  test('refuses a message of another group', async () => {
    const { alice } = await pair(mls);
    const { bob } = await pair(mls, text('another group id'));
    await assert.rejects(bob.receive(await alice.send('lost')), mlsError('wrong_group'));
  });

  test('refuses a message of a future epoch by its number', async () => {
    const { alice, bob } = await pair(mls);
    const commit = await alice.commit();
    const ciphertext = await alice.send('from the future');
    await assert.rejects(bob.receive(ciphertext), mlsError('wrong_epoch'));
    await bob.process(commit);
    assert.equal((await bob.receive(ciphertext)).text, 'from the future');
  });

  test('opens messages of the last 4 epochs and refuses older ones', async () => {
    const { alice, bob } = await pair(mls);
    const sent: Uint8Array[] = [];
    for (let i = 0; i < 6; i++) {
      sent.push(await alice.send(`epoch ${i}`));
      await bob.process(await alice.commit());
    }
    await assert.rejects(bob.receive(sent[0]!), mlsError('wrong_epoch'));
    await assert.rejects(bob.receive(sent[1]!), mlsError('wrong_epoch'));
    for (let i = 2; i < 6; i++) {
      const { text: opened, from } = await bob.receive(sent[i]!);
      assert.deepEqual([opened, from], [`epoch ${i}`, 'alice']);
      await assert.rejects(bob.receive(sent[i]!), mlsError('cannot_decrypt'));
    }
  });

  test('reads group and epoch without opening the message', async () => {
    const { alice } = await pair(mls);
    const { groupId, epoch } = mls.readEpoch(await alice.send('x'));
    assert.deepEqual(groupId, GROUP);
    assert.equal(epoch, 1n);
  });
});

describe('skipped messages', () => {
  test('2,000 may be skipped, not 2,001, and keys of the last 1,000 are kept', async () => {
    const { alice, bob } = await pair(mls);
    const sent: Uint8Array[] = [];
    for (let i = 0; i <= 2_001; i++) sent.push(await alice.send(`${i}`));
    await assert.rejects(bob.receive(sent[2_001]!), mlsError('cannot_decrypt'));
    assert.equal((await bob.receive(sent[2_000]!)).text, '2000');
    assert.equal((await bob.receive(sent[2_001]!)).text, '2001');
    assert.equal((await bob.receive(sent[1_001]!)).text, '1001');
    await assert.rejects(bob.receive(sent[900]!), mlsError('cannot_decrypt'));
    bob.restart();
    assert.equal((await bob.receive(sent[1_500]!)).text, '1500');
  });
});

describe('padding', () => {
  test('makes every short message look alike', async () => {
    const { alice } = await pair(mls);
    const lengths = new Set<number>();
    for (const length of [0, 1, 63, 64, 150, 187]) lengths.add((await alice.send('x'.repeat(length))).length);
    assert.equal(lengths.size, 1);
  });

  test('makes the content a Padmé length of at least 256', async () => {
    const { alice } = await pair(mls);
    const overhead = (await alice.send('')).length - 256;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 40_000 }), async (length) => {
        const sent = await mls.encrypt(alice.state, new Uint8Array(length), ID);
        // The ciphertext's own length takes 2 bytes below 16,384 and 4 above.
        const content = sent.ciphertext.length - overhead - (sent.ciphertext.length > 16_384 + overhead ? 2 : 0);
        assert.equal(padme(content), content);
        assert.ok(content >= 256 && content >= length + 66);
      }),
      { numRuns: 50 },
    );
  });

  test('leaves the longest text far below what a MESSAGE may hold', async () => {
    const { alice } = await pair(mls);
    const body = { case: 'text', value: { text: 'x'.repeat(MAX_TEXT_BYTES) } } as const;
    const content = toBinary(ContentSchema, create(ContentSchema, { id: ID, sentMs: BigInt(Date.now()), body }));
    const sent = await mls.encrypt(alice.state, content, ID);
    assert.ok(sent.ciphertext.length < 0.75 * MAX_CIPHERTEXT);
  });

  test('two encryptions of one text differ', async () => {
    const { alice } = await pair(mls);
    assert.ok(!equalBytes(await alice.send('same'), await alice.send('same')));
  });
});
