import { operate } from '../../packages/client/test/mls/operations/run.ts';
import type { Harness, Outcome } from './harness.ts';

/** Random operations on MLS groups beside a reference that says who may read what: one scene for each seed from `from` on. */
export const mlsOperations: Harness<{ seeds: number; from: number; operations: number }> = {
  what: 'random MLS operations of two to eight devices, thieves and outsiders: each ciphertext opens for those it is for',
  quick: { seeds: 14, from: 1, operations: 300 },
  long: { seeds: 300, from: 1_000, operations: 1_000 },

  async run({ seeds, from, operations }, log): Promise<Outcome> {
    const problems: string[] = [];
    const counts: Record<string, number> = { seeds };
    for (let seed = from; seed < from + seeds; seed += 1) {
      const operated = await operate(seed, operations);
      for (const [what, count] of Object.entries(operated.counts)) counts[what] = (counts[what] ?? 0) + count;
      problems.push(...operated.problems);
      for (const problem of operated.problems) log(problem);
      if ((seed + 1 - from) % 10 === 0) log(`${seed + 1 - from} seeds, ${counts.opened} opened`);
    }
    return { counts, problems };
  },
};
