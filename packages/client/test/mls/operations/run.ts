import type { SuiteNumber } from '../../../src/mls/suites.ts';
import { Attackers } from './attackers.ts';
import * as members from './members.ts';
import { Scene } from './scene.ts';

/** In one of so many scenes so much is sent at once that the limits of what may be skipped are passed. */
const BURST_EVERY = 7;

/** What a scene has come to; `problems` is empty where everything did as the reference says. */
interface Operated {
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

type Operation = (scene: Scene, attackers: Attackers) => Promise<void>;

/** How often each happens, relative to the others. */
const OPERATIONS: readonly (readonly [name: string, weight: number, operation: Operation])[] = [
  ['send', 30, members.send],
  ['receive', 45, members.receive],
  ['commit', 8, members.commit],
  ['follow', 30, members.follow],
  ['lose', 0.4, members.lose],
  ['restart', 4, members.restart],
  ['fall asleep', 2, members.fallAsleep],
  ['wake up', 3, members.wakeUp],
  ['replace', 1, members.replace],
  ['join', 8, members.join],
  ['flip', 10, members.flip],
  ['confuse', 5, members.confuse],
  ['steal', 2, (_, attackers) => attackers.steal()],
  ['spy', 14, (_, attackers) => attackers.spy()],
  ['intrude', 2, (_, attackers) => attackers.intrude()],
];

/**
 * Random operations on groups of two to eight devices, each beside a reference that says who may read what. What is done follows from
 * the seed, the keys do not. At the end everything that was ever sent is given to everybody once more. The first thing that is not as
 * the reference says ends the scene.
 */
export async function operate(seed: number, operations: number): Promise<Operated> {
  const suite: SuiteNumber = seed % 2 === 0 ? 83 : 1;
  const scene = await Scene.create(seed, suite);
  const attackers = new Attackers(scene);
  // Later: at first only one has joined.
  const burstAt = seed % BURST_EVERY === 0 ? Math.floor(operations / 2) : -1;
  const problems: string[] = [];
  const attempt = async (what: string, operation: () => Promise<void>): Promise<void> => {
    try {
      await operation();
    } catch (error) {
      problems.push(
        `--from ${seed} --seeds 1 --operations ${operations}, suite ${suite}, ${what}: ${error instanceof Error ? error.message : error}`,
      );
    }
  };
  for (let n = 0; n < operations && problems.length === 0; n++) {
    if (n === burstAt) await attempt(`operation ${n}, burst`, () => members.burst(scene));
    const [name, operation] = choose(scene.random());
    await attempt(`operation ${n}, ${name}`, () => operation(scene, attackers));
  }
  if (problems.length === 0) await attempt('everything to everybody', () => members.receiveAll(scene, scene.members));
  if (problems.length === 0) await attempt('everything to attackers', () => attackers.receiveAll());
  const { opens = 0, ...refused } = scene.verdicts;
  const reasons = Object.entries(refused).map(([reason, times]) => [`refused: ${reason}`, times]);
  const counts = { operations, ...scene.counts, opened: opens, ...Object.fromEntries(reasons), ...attackers.counts };
  return { counts, problems };
}

const TOTAL_WEIGHT = OPERATIONS.reduce((sum, [, weight]) => sum + weight, 0);

function choose(random: number): readonly [string, Operation] {
  let left = random * TOTAL_WEIGHT;
  for (const [name, weight, operation] of OPERATIONS) {
    left -= weight;
    if (left < 0) return [name, operation];
  }
  throw new RangeError('not less than 1');
}
