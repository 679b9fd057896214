import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import {
  createCommit,
  createGroupInfoWithExternalPubAndRatchetTree,
  createProposal,
  encodeMlsMessage,
  joinGroupExternal,
  type MLSMessage,
  type Proposal,
} from 'ts-mls';
import { Authentication } from '../../src/mls/authentication.ts';
import { makeContext } from '../../src/mls/context.ts';
import { decodeMessage } from '../../src/mls/decoding.ts';
import { generateKeyPackage } from '../../src/mls/key-packages.ts';
import { nodeMls } from '../../src/mls/node.ts';
import { device, type End, ID, inside, library, mlsError, NOW, pair } from './support.ts';

const mls = await nodeMls(1);
const suite = await library(1);

describe('what a hostile member may send', () => {
  const gone = { extensionType: 'external_senders', extensionData: new Uint8Array() } as const;
  const proposals: [string, (alice: End) => Promise<Proposal>][] = [
    [
      'GroupContextExtensions',
      async () => ({ proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [] } }),
    ],
    ['Remove', async () => ({ proposalType: 'remove', remove: { removed: 1 } })],
    ['Add', async () => ({ proposalType: 'add', add: { keyPackage: await keyPackageOf('mallory') } })],
    [
      'ReInit',
      async () => ({
        proposalType: 'reinit',
        reinit: { groupId: ID, version: 'mls10', cipherSuite: suite.name, extensions: [] },
      }),
    ],
    ['an unknown proposal', async () => ({ proposalType: 0xf000, proposalData: new Uint8Array() })],
  ];

  for (const [name, make] of proposals) {
    test(`a commit with ${name} is refused and changes nothing`, async () => {
      const { alice, bob } = await pair(mls);
      const { commit } = await createCommit(
        { state: inside(alice.state), cipherSuite: suite },
        { extraProposals: [await make(alice)] },
      );
      await refusedEverywhere(bob, commit, 'refused');
      await stillTalks(alice, bob);
    });

    test(`a standalone ${name} is refused and changes nothing`, async () => {
      const { alice, bob } = await pair(mls);
      const { message } = await createProposal(inside(alice.state), false, await make(alice), suite);
      await refusedEverywhere(bob, message, 'refused');
      await stillTalks(alice, bob);
    });
  }

  test('a GroupContextExtensions commit that names external senders is refused', async () => {
    const { alice, bob } = await pair(mls);
    const proposal: Proposal = { proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [gone] } };
    const state = inside(alice.state);
    await assert.rejects(createCommit({ state, cipherSuite: suite }, { extraProposals: [proposal] }));
    const { message } = await createProposal(state, false, proposal, suite);
    await refusedEverywhere(bob, message, 'refused');
  });

  test('a commit as PublicMessage is refused', async () => {
    const { alice, bob } = await pair(mls);
    const { commit } = await createCommit({ state: inside(alice.state), cipherSuite: suite }, { wireAsPublicMessage: true });
    assert.equal(commit.wireformat, 'mls_public_message');
    await refusedEverywhere(bob, commit, 'refused');
    await stillTalks(alice, bob);
  });

  test('an external commit is refused', async () => {
    const { alice, bob } = await pair(mls);
    const hostile = makeContext(1, suite, new Authentication(nodeCrypto));
    const { keyPackage, privateKeys } = await generateKeyPackage(hostile, device('mallory'), NOW);
    const groupInfo = await createGroupInfoWithExternalPubAndRatchetTree(inside(alice.state), [], suite);
    const { publicMessage } = await joinGroupExternal(groupInfo, keyPackage, privateKeys, false, suite);
    await refusedEverywhere(bob, { version: 'mls10', wireformat: 'mls_public_message', publicMessage }, 'refused');
    await stillTalks(alice, bob);
  });
});

async function refusedEverywhere(end: End, message: MLSMessage, reason: 'refused'): Promise<void> {
  const bytes = encodeMlsMessage(message);
  await assert.rejects(mls.processCommit(end.state, bytes), mlsError(reason));
  await assert.rejects(mls.decrypt(end.state, bytes), mlsError(reason));
  if (message.wireformat !== 'mls_private_message') assert.throws(() => mls.readEpoch(bytes), mlsError(reason));
}

async function stillTalks(alice: End, bob: End): Promise<void> {
  assert.equal((await bob.receive(await alice.send('still'))).text, 'still');
  await bob.process(await alice.commit());
  assert.equal((await alice.receive(await bob.send('together'))).text, 'together');
}

async function keyPackageOf(username: string) {
  const { keyPackage } = await mls.createKeyPackage(device(username), NOW);
  return decodeMessage(keyPackage, 'mls_key_package').keyPackage;
}
