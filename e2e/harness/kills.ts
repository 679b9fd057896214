import { World } from '../support/world.ts';
import type { Harness, Outcome } from './harness.ts';
import { Ledger } from './ledger.ts';
import { finish, getsThrough, keepTalking, startPairs, type Talker } from './talkers.ts';

/** What there is to be killed, while it is in use. */
interface Scene {
  readonly world: World;
  readonly talkers: readonly Talker[];
  /** Waits until some messages were acknowledged; says whether they were. */
  getsThrough(): Promise<boolean>;
}

interface Options {
  readonly quick: { kills: number; pairs: number };
  /** At a moment of its choice kills something, and starts it again. False: nothing got through any more before it. */
  killOnce(scene: Scene): Promise<boolean>;
}

/** kill -9 of one kind of process at random moments, while pairs of users talk. */
export function killing(victims: string, { quick, killOnce }: Options): Harness<{ kills: number; pairs: number }> {
  return {
    what: `kill -9 of ${victims} at random moments, while pairs of users talk`,
    quick,
    long: { kills: 100, pairs: 20 },

    async run({ kills, pairs: count }, log): Promise<Outcome> {
      await using world = await World.start();
      const ledger = new Ledger();
      const problems: string[] = [];
      const pairs = await startPairs(world, ledger, count);
      log(`${count} pairs talk`);
      const stopTalking = keepTalking(pairs);
      const scene = { world, talkers: pairs.flat(), getsThrough: () => getsThrough(ledger, count) };
      for (let kill = 1; kill <= kills; kill += 1) {
        if (!(await killOnce(scene))) {
          problems.push(`nothing gets through any more after kill ${kill - 1}`);
          break;
        }
        if (kill % 10 === 0) log(`${kill} kills, ${ledger.acknowledged} acknowledged, ${ledger.shown} shown`);
      }
      await stopTalking();
      problems.push(...(await finish(pairs, ledger)));
      return { counts: { kills, ...ledger.counts }, problems };
    },
  };
}
