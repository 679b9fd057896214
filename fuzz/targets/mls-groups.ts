import { ByteReader, ByteWriter, DecodeError } from '@parley/protocol';
import { type EncodedGroup, MlsError } from '../../packages/client/src/mls/mls.ts';
import { TODAY_MS } from '../support/mls-scene.ts';
import { mlsTarget } from '../support/mls-target.ts';
import { contentOfWelcome, sealedWelcome } from '../support/mls-welcome.ts';

/** What a stranger publishes. */
const keyPackage = mlsTarget(
  'key-package',
  {
    decodes: ['openKeyPackage', 'decodeMessage'],
    seeds: (scene) => [scene.keyPackage, scene.message, scene.welcome],
    run: ({ mls }, input) => mls.readKeyPackage(input, TODAY_MS),
  },
  { maxLength: 6_000 },
);

const welcome = mlsTarget(
  'welcome',
  {
    decodes: ['join'],
    seeds: (scene) => [scene.welcome, scene.keyPackage, scene.commit],
    run: ({ mls, bobDevice, stored }, input) => mls.join(bobDevice, input, [stored]),
  },
  { quickRuns: 200 },
);

/** From whoever may make a group with bob: what it seals and signs is the input (see sealedWelcome). */
const welcomeSealed = mlsTarget(
  'welcome-sealed',
  {
    decodes: ['join', 'checkGroupInfo'],
    seeds: async (scene) => [await contentOfWelcome(scene)],
    run: async (scene, input) => scene.mls.join(scene.bobDevice, await sealedWelcome(scene, input), [scene.stored]),
  },
  { quickRuns: 100, refuses: [MlsError, DecodeError] },
);

const storedKeyPackage = mlsTarget(
  'stored-key-package',
  {
    decodes: ['loadKeyPackage'],
    seeds: ({ stored }) => [stored.bytes],
    run: ({ mls, bobDevice, welcome: real, stored }, bytes) => mls.join(bobDevice, real, [{ ...stored, bytes }]),
  },
  { quickRuns: 200 },
);

/** length u32 | tree | secrets */
const storedGroup = mlsTarget(
  'stored-group',
  {
    decodes: ['decodeGroup', 'decodeAll'],
    seeds: ({ mls, bob, alice }) => [bob, alice].map((state) => layOut(mls.encode(state))),
    async run({ mls, message }, input) {
      const reader = new ByteReader(input);
      const state = mls.decode({ tree: reader.take(reader.u32()), secrets: reader.rest() });
      // Refused at once, or later with an MlsError.
      mls.info(state);
      mls.encode(state);
      await mls.decrypt(state, message);
      await mls.encrypt(state, Uint8Array.of(1), Uint8Array.of(2));
    },
  },
  { quickRuns: 200, maxLength: 16_000, refuses: [MlsError, DecodeError] },
);

function layOut({ tree, secrets }: EncodedGroup): Uint8Array {
  return new ByteWriter().u32(tree.length).bytes(tree).bytes(secrets).finish();
}

export const targets = [keyPackage, welcome, welcomeSealed, storedKeyPackage, storedGroup];
