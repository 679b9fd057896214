import { resolve } from 'node:path';
import { BadNetwork, type Direction } from '../support/bad-network.ts';
import { World } from '../support/world.ts';
import type { Harness, Outcome } from './harness.ts';
import { Ledger } from './ledger.ts';
import { goOn, keepTalking, quitAll, settleAll, shuffled, sometime, startPairs, type Talker } from './talkers.ts';

/** Every so many faults carry on in other weather. */
const WEATHER_LASTS = 4;
/** Until a server shows somebody off line who has vanished: 90 s, and what a busy machine adds. */
const VANISHED_MS = 150_000;

const SWALLOWED: readonly (readonly Direction[])[] = [['up', 'down'], ['up'], ['down']];

/**
 * - cuts: connections that are cut, some or all;
 * - holes: connections that carry nothing any more, in one direction or both, without anybody being told;
 * - vanished: users whose network and process are gone at once, in the end;
 * - delayMs, bytesPerSecond: of the worse weather;
 * - timesFaster: how much faster time goes in the clients than here.
 */
type Figures = Record<'pairs' | 'cuts' | 'holes' | 'vanished' | 'delayMs' | 'bytesPerSecond' | 'timesFaster', number>;

/** A network between clients and server that is slow, cuts connections, and swallows what they carry. */
export const networkCuts: Harness<Figures> = {
  what: 'a network that is slow, cuts connections, and swallows without a word what they carry',
  quick: { pairs: 1, cuts: 6, holes: 2, vanished: 0, delayMs: 50, bytesPerSecond: 200_000, timesFaster: 10 },
  long: { pairs: 5, cuts: 200, holes: 15, vanished: 2, delayMs: 500, bytesPerSecond: 20_000, timesFaster: 1 },

  async run({ pairs: count, cuts, holes, vanished, delayMs, bytesPerSecond, timesFaster }, log): Promise<Outcome> {
    await using world = await World.start();
    await using network = await BadNetwork.start(() => world.server.port);
    world.goThrough(network.port);
    const ledger = new Ledger();
    const env = {
      NODE_OPTIONS: `--import=${resolve(import.meta.dirname, '../support/fast-time.ts')}`,
      FAST_TIME: String(timesFaster),
    };
    const pairs = await startPairs(world, ledger, count, timesFaster === 1 ? {} : { env });
    log(`${count} pairs talk`);
    const talkers = pairs.flat();
    const stopTalking = keepTalking(pairs);
    const problems: string[] = [];
    const faults = shuffled([...Array<'cut'>(cuts).fill('cut'), ...Array<'hole'>(holes).fill('hole')]);
    let slowestMs = 0;
    for (const [index, fault] of faults.entries()) {
      if (index % WEATHER_LASTS === 0)
        network.weather = Math.random() < 0.5 ? { delayMs, bytesPerSecond } : { delayMs: 0, bytesPerSecond };
      await sometime(0, 500);
      const startMs = performance.now();
      if (fault === 'cut') network.cut(Math.random() < 0.5 ? 1 : 0.5);
      else network.swallow(SWALLOWED[index % SWALLOWED.length] ?? [], Math.random() < 0.5 ? 1 : 0.5);
      if (!(await goOn(talkers))) problems.push(`not everybody goes on after a ${fault}`);
      if (fault === 'hole') slowestMs = Math.max(slowestMs, performance.now() - startMs);
      if ((index + 1) % 10 === 0) log(`${index + 1} faults, ${ledger.acknowledged} acknowledged, ${ledger.shown} shown`);
    }
    network.calm();
    await stopTalking();
    problems.push(...(await settleAll(talkers, ledger)));
    const gone = await Promise.all(pairs.slice(0, vanished).map(([alice, bob]) => vanish(network, alice, bob)));
    const left = talkers.filter((_, index) => index >= gone.length * 2 || index % 2 === 1);
    problems.push(...(await quitAll(left)));
    for (const ms of gone) if (ms > VANISHED_MS) problems.push(`on line ${Math.round(ms / 1_000)} s after having vanished`);
    return {
      counts: {
        ...{ cuts, holes, ...ledger.counts },
        'longest until all went on after a hole, s': Math.round(slowestMs / 1_000),
        ...(gone.length === 0 ? {} : { 'longest until a vanished user was off line, s': Math.round(Math.max(...gone) / 1_000) }),
      },
      problems: [...ledger.problems, ...problems],
    };
  },
};

/** Network and process of Alice go at once. How long until Bob's LIST does not show her. */
async function vanish(network: BadNetwork, alice: Talker, bob: Talker): Promise<number> {
  const startMs = performance.now();
  network.swallow(['up', 'down']);
  await alice.kill();
  let isOnline = true;
  while (isOnline && performance.now() - startMs < 2 * VANISHED_MS) {
    await sometime(500, 1_000);
    isOnline = (await bob.client.list()).includes(alice.name);
  }
  return performance.now() - startMs;
}
