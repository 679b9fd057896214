import { World } from '../support/world.ts';
import type { Harness, Outcome } from './harness.ts';
import { Ledger } from './ledger.ts';
import { finish, getsThrough, keepTalking, sometime, startPairs } from './talkers.ts';

/** kill -9 of the server at random moments, while pairs of users talk. */
export const killServer: Harness<{ kills: number; pairs: number }> = {
  what: 'kill -9 of the server at random moments, while pairs of users talk',
  quick: { kills: 4, pairs: 2 },
  long: { kills: 100, pairs: 20 },

  async run({ kills, pairs: count }, log): Promise<Outcome> {
    await using world = await World.start();
    const ledger = new Ledger();
    const problems: string[] = [];
    const pairs = await startPairs(world, ledger, count);
    log(`${count} pairs talk`);
    const stopTalking = keepTalking(pairs);
    for (let kill = 1; kill <= kills; kill += 1) {
      // Under load: some time after messages get through again, sometimes right then.
      if (!(await getsThrough(ledger, count))) {
        problems.push(`nothing gets through any more after kill ${kill - 1}`);
        break;
      }
      await sometime(0, 500);
      await world.server.kill();
      await world.restartServer();
      if (kill % 10 === 0) log(`${kill} kills, ${ledger.acknowledged} acknowledged, ${ledger.shown} shown`);
    }
    await stopTalking();
    problems.push(...(await finish(pairs, ledger)));
    return { counts: { kills, ...ledger.counts }, problems };
  },
};
