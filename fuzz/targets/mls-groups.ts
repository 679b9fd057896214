import { ByteReader, ByteWriter, DecodeError } from '@parley/protocol';
import { type EncodedGroup, MlsError } from '../../packages/client/src/mls/mls.ts';
import type { Prepared, Target } from '../engine/target.ts';
import { mlsScene, stillTalk, TODAY_MS } from '../support/mls-scene.ts';
import { mlsTokens } from '../support/mls-tokens.ts';
import { contentOfWelcome, sealedWelcome } from '../support/mls-welcome.ts';

/** What a stranger publishes. */
const keyPackage: Target = {
  name: 'mls-key-package',
  decodes: ['openKeyPackage', 'decodeMessage'],
  refuses: [MlsError],
  maxLength: 6_000,
  quickRuns: 500,
  async prepare(): Promise<Prepared> {
    const scene = await mlsScene();
    return {
      run: async (input) => void (await scene.mls.readKeyPackage(input, TODAY_MS)),
      seeds: [scene.keyPackage, scene.message, scene.welcome],
      tokens: mlsTokens,
      finish: () => stillTalk(scene),
    };
  },
};

const welcome: Target = {
  name: 'mls-welcome',
  decodes: ['join'],
  refuses: [MlsError],
  maxLength: 8_000,
  quickRuns: 200,
  async prepare(): Promise<Prepared> {
    const scene = await mlsScene();
    return {
      run: async (input) => void (await scene.mls.join(scene.bobDevice, input, [scene.stored])),
      seeds: [scene.welcome, scene.keyPackage, scene.commit],
      tokens: mlsTokens,
      finish: () => stillTalk(scene),
    };
  },
};

/** From whoever may make a group with bob: what it seals and signs is the input (see sealedWelcome). */
const welcomeSealed: Target = {
  name: 'mls-welcome-sealed',
  decodes: ['join', 'checkGroupInfo'],
  refuses: [MlsError, DecodeError],
  maxLength: 8_000,
  quickRuns: 100,
  async prepare(): Promise<Prepared> {
    const scene = await mlsScene();
    return {
      run: async (input) => void (await scene.mls.join(scene.bobDevice, await sealedWelcome(scene, input), [scene.stored])),
      seeds: [await contentOfWelcome(scene)],
      tokens: mlsTokens,
      finish: () => stillTalk(scene),
    };
  },
};

const storedKeyPackage: Target = {
  name: 'mls-stored-key-package',
  decodes: ['loadKeyPackage'],
  refuses: [MlsError],
  maxLength: 8_000,
  quickRuns: 200,
  async prepare(): Promise<Prepared> {
    const scene = await mlsScene();
    return {
      run: async (bytes) => void (await scene.mls.join(scene.bobDevice, scene.welcome, [{ ...scene.stored, bytes }])),
      seeds: [scene.stored.bytes],
      tokens: mlsTokens,
      finish: () => stillTalk(scene),
    };
  },
};

/** length u32 | tree | secrets */
const storedGroup: Target = {
  name: 'mls-stored-group',
  decodes: ['decodeGroup', 'decodeAll'],
  refuses: [MlsError, DecodeError],
  maxLength: 16_000,
  quickRuns: 200,
  async prepare(): Promise<Prepared> {
    const scene = await mlsScene();
    const { mls } = scene;
    return {
      async run(input) {
        const reader = new ByteReader(input);
        const state = mls.decode({ tree: reader.take(reader.u32()), secrets: reader.rest() });
        // Refused at once, or later with an MlsError.
        mls.info(state);
        mls.encode(state);
        await mls.decrypt(state, scene.message);
        await mls.encrypt(state, Uint8Array.of(1), Uint8Array.of(2));
      },
      seeds: [scene.bob, scene.alice].map((state) => layOut(mls.encode(state))),
      tokens: mlsTokens,
      finish: () => stillTalk(scene),
    };
  },
};

function layOut({ tree, secrets }: EncodedGroup): Uint8Array {
  return new ByteWriter().u32(tree.length).bytes(tree).bytes(secrets).finish();
}

export const targets = [keyPackage, welcome, welcomeSealed, storedKeyPackage, storedGroup];
