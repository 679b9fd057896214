import { tornConsent } from '../../packages/client/test/support/torn-consent.ts';
import { tornTalk } from '../../packages/client/test/support/torn-talk.ts';
import type { Harness, Outcome } from './harness.ts';

/** Two SDK clients who agree and then talk over lost answers, races of commits and deaths, once for each seed from `from` on. */
export const races: Harness<{ seeds: number; from: number; messages: number }> = {
  what: 'lost answers, commits at once, deaths between storing and sending: one meeting and one talk for each seed',
  quick: { seeds: 2, from: 101, messages: 120 },
  long: { seeds: 200, from: 1_000, messages: 300 },

  async run({ seeds, from, messages }, log): Promise<Outcome> {
    const problems: string[] = [];
    const counts = { faults: 0, deaths: 0, epochs: 0 };
    for (let seed = from; seed < from + seeds; seed += 1) {
      for (const torn of [await tornConsent(seed), await tornTalk(seed, messages)]) {
        counts.faults += torn.faults;
        counts.deaths += torn.deaths;
        counts.epochs += Number(torn.epoch);
        problems.push(...torn.problems.map((problem) => `seed ${seed}: ${problem}`));
        for (const problem of torn.problems) log(`seed ${seed}: ${problem}`);
      }
      if ((seed + 1 - from) % 10 === 0) log(`${seed + 1 - from} seeds, ${counts.deaths} deaths`);
    }
    return { counts: { seeds, 'messages each way': seeds * messages, ...counts }, problems };
  },
};
