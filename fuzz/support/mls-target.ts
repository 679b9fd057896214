import { MlsError } from '../../packages/client/src/mls/mls.ts';
import type { Prepared, Target } from '../engine/target.ts';
import { type MlsScene, mlsScene, stillTalk } from './mls-scene.ts';
import { mlsTokens } from './mls-tokens.ts';

interface Opens {
  readonly decodes: readonly string[];
  /** Real encodings. */
  readonly seeds: (scene: MlsScene) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  readonly run: (scene: MlsScene, input: Uint8Array) => unknown;
}

/** A target that changes no state: whatever came, the two of a group go on talking at the end. */
export function mlsTarget(
  name: string,
  { decodes, seeds, run }: Opens,
  { quickRuns = 500, maxLength = 8_000, refuses = [MlsError] }: Partial<Pick<Target, 'quickRuns' | 'maxLength' | 'refuses'>> = {},
): Target {
  return {
    name: `mls-${name}`,
    decodes,
    refuses,
    maxLength,
    quickRuns,
    async prepare(): Promise<Prepared> {
      const scene = await mlsScene();
      return {
        run: async (input) => void (await run(scene, input)),
        seeds: await seeds(scene),
        tokens: mlsTokens,
        finish: () => stillTalk(scene),
      };
    },
  };
}
