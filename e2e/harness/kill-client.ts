import { World } from '../support/world.ts';
import type { Harness, Outcome } from './harness.ts';
import { Ledger } from './ledger.ts';
import { finish, getsThrough, keepTalking, sometime, startPairs } from './talkers.ts';

/** kill -9 of clients at random moments, their start and login among them, while pairs of users talk. */
export const killClient: Harness<{ kills: number; pairs: number }> = {
  what: 'kill -9 of clients at random moments, while pairs of users talk',
  quick: { kills: 6, pairs: 2 },
  long: { kills: 100, pairs: 20 },

  async run({ kills, pairs: count }, log): Promise<Outcome> {
    await using world = await World.start();
    const ledger = new Ledger();
    const problems: string[] = [];
    const pairs = await startPairs(world, ledger, count);
    log(`${count} pairs talk`);
    const stopTalking = keepTalking(pairs);
    const talkers = pairs.flat();
    for (let kill = 1; kill <= kills; kill += 1) {
      const victim = talkers[Math.floor(Math.random() * talkers.length)] ?? talkers[0]!;
      // One in three dies while it starts, wherever that is; the others after something got through again.
      if (Math.random() < 2 / 3 && !(await getsThrough(ledger, count))) {
        problems.push(`nothing gets through any more after kill ${kill - 1}`);
        break;
      }
      await sometime(0, 1_000);
      await victim.kill();
      victim.start();
      if (kill % 10 === 0) log(`${kill} kills, ${ledger.acknowledged} acknowledged, ${ledger.shown} shown`);
    }
    await stopTalking();
    problems.push(...(await finish(pairs, ledger)));
    return { counts: { kills, ...ledger.counts }, problems };
  },
};
