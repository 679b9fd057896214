import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzz } from './engine/fuzz.ts';
import { loadTargets } from './engine/targets.ts';

const RUNS = 2_000;
const SEED = 20_261_128;

/**
 * What is slow is reported by `npm run fuzz`, and holds up no test: the machine may be busy with something else. Another seed:
 * `FUZZ_SEED=7 npm test -- fuzz/`.
 */
describe('whatever comes,', async () => {
  for (const target of await loadTargets()) {
    test(`${target.name} takes it or refuses it in its own way`, async () => {
      const runs = target.quickRuns ?? RUNS;
      const report = await fuzz(target, { runs, seed: Number(process.env.FUZZ_SEED ?? SEED) });
      const crashes = report.problems.filter(({ isCrash }) => isCrash);
      assert.deepEqual(crashes, []);
      assert.ok(report.runs >= runs);
      // Else it would say nothing of what lies behind the first check.
      assert.ok(report.taken > 0, 'nothing was taken');
      if (target.refuses.length > 0) assert.ok(report.refused > 0, 'nothing was refused');
    });
  }
});
