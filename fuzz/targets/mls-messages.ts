import assert from 'node:assert/strict';
import { concat, equalBytes } from '@parley/protocol';
import { MlsError } from '../../packages/client/src/mls/mls.ts';
import type { Prepared, Target } from '../engine/target.ts';
import { type MlsScene, mlsScene, stillTalk } from '../support/mls-scene.ts';
import { contentOf, sealedContent } from '../support/mls-sealed.ts';
import { mlsTokens } from '../support/mls-tokens.ts';

interface Opens {
  readonly decodes: readonly string[];
  /** Real encodings. */
  readonly seeds: (scene: MlsScene) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  readonly run: (scene: MlsScene, input: Uint8Array) => Promise<void> | void;
}

/** A target that changes no state: whatever came, the two go on talking at the end. */
function target(name: string, { decodes, seeds, run }: Opens, quickRuns = 500): Target {
  return {
    name: `mls-${name}`,
    decodes,
    refuses: [MlsError],
    maxLength: 8_000,
    quickRuns,
    async prepare(): Promise<Prepared> {
      const scene = await mlsScene();
      return {
        run: (input) => run(scene, input),
        seeds: await seeds(scene),
        tokens: mlsTokens,
        finish: () => stillTalk(scene),
      };
    },
  };
}

const header = target(
  'header',
  {
    decodes: ['readEpoch', 'decodeAll'],
    seeds: ({ message, commit, keyPackage }) => [message, commit, keyPackage],
    run: ({ mls }, input) => {
      const { groupId, epoch } = mls.readEpoch(input);
      assert.ok(groupId.length <= input.length && epoch >= 0n);
    },
  },
  3_000,
);

const message = target('message', {
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

const commit = target('commit', {
  decodes: ['processCommit'],
  seeds: (scene) => [scene.commit],
  run: async ({ mls, bob, ...scene }, input) => {
    await mls.processCommit(bob, input);
    assert.ok(equalBytes(scene.commit, input));
  },
});

/** What a member that has the keys may encrypt, without having signed it (see sealedContent). */
const sealed = target('content-sealed', {
  decodes: ['decrypt', 'authorOf'],
  seeds: async (scene) => [await contentOf(scene, scene.message)],
  run: async (scene, input) => void (await scene.mls.decrypt(scene.bob, await sealedContent(scene, 'application', input))),
});

const sealedCommit = target('commit-sealed', {
  decodes: ['processCommit', 'authorOf'],
  seeds: async (scene) => [await contentOf(scene, scene.commit)],
  run: async (scene, input) => void (await scene.mls.processCommit(scene.bob, await sealedContent(scene, 'commit', input))),
});

export const targets = [header, message, commit, sealed, sealedCommit];
