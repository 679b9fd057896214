import assert from 'node:assert/strict';
import { concat, equalBytes } from '@parley/protocol';
import { contentOf, sealedContent } from '../support/mls-sealed.ts';
import { mlsTarget } from '../support/mls-target.ts';

const header = mlsTarget(
  'header',
  {
    decodes: ['readEpoch', 'decodeAll'],
    seeds: ({ message, commit, keyPackage }) => [message, commit, keyPackage],
    run: ({ mls }, input) => {
      const { groupId, epoch } = mls.readEpoch(input);
      assert.ok(groupId.length <= input.length && epoch >= 0n);
    },
  },
  { quickRuns: 3_000 },
);

const message = mlsTarget('message', {
  decodes: ['decrypt', 'openEnvelope'],
  seeds: (scene) => [scene.message, scene.pastMessage, withLongerLength(scene.message)],
  run: async ({ mls, bob, ...scene }, input) => {
    await mls.decrypt(bob, input);
    // The server may not change a bit of what opens.
    assert.ok([scene.message, scene.pastMessage].some((real) => equalBytes(real, input)));
  },
});

/** Version u16, wire format u16, then the group id with its length in one byte: 0x40 starts the same length in two. */
function withLongerLength(encoded: Uint8Array): Uint8Array {
  return concat(encoded.subarray(0, 4), Uint8Array.of(0x40), encoded.subarray(4));
}

const commit = mlsTarget('commit', {
  decodes: ['processCommit'],
  seeds: (scene) => [scene.commit],
  run: async ({ mls, bob, ...scene }, input) => {
    await mls.processCommit(bob, input);
    assert.ok(equalBytes(scene.commit, input));
  },
});

/** What a member that has the keys may encrypt, without having signed it (see sealedContent). */
const sealed = mlsTarget('content-sealed', {
  decodes: ['decrypt', 'authorOf'],
  seeds: async (scene) => [await contentOf(scene, scene.message)],
  run: async (scene, input) => void (await scene.mls.decrypt(scene.bob, await sealedContent(scene, 'application', input))),
});

const sealedCommit = mlsTarget('commit-sealed', {
  decodes: ['processCommit', 'authorOf'],
  seeds: async (scene) => [await contentOf(scene, scene.commit)],
  run: async (scene, input) => void (await scene.mls.processCommit(scene.bob, await sealedContent(scene, 'commit', input))),
});

export const targets = [header, message, commit, sealed, sealedCommit];
