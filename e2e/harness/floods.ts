import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HANDSHAKE_TIMEOUT_MS, MAX_HANDSHAKES_IN_PROGRESS } from '@parley/protocol';
import { processorTimeUs } from '../../bench/load/usage.ts';
import { putAccounts } from '../../bench/servers/parley-accounts.ts';
import { ATTACKS } from '../support/flood/attacks.ts';
import { FloodProcess } from '../support/flood/flood-process.ts';
import { openGround } from '../support/flood/ground.ts';
import { type Experience, HonestUsers } from '../support/flood/honest-users.ts';
import type { Latencies } from '../support/latencies.ts';
import { Memory, mebibytes, unlessMeasurable } from '../support/memory.ts';
import { ServerProcess } from '../support/server-process.ts';
import { tempFolder } from '../support/world.ts';
import { type Bounds, FLOOR_MS, judgeFlood } from './flood-verdict.ts';
import type { Harness, Outcome } from './harness.ts';

const GUESTS = 10;
/** Half of what the server gives a login. */
const MAX_LOGIN_MS = HANDSHAKE_TIMEOUT_MS / 2;
/** What limits.ts lets shake hands at once, each with its sockets, keys and two messages; V8's young generation, and garbage. */
const MAX_GROWTH_BYTES = MAX_HANDSHAKES_IN_PROGRESS * 64 * 1_024 + 192 * 1_024 * 1_024;

/**
 * - pairs, perSecond: the honest ones, and messages of them all;
 * - seconds: each flood, and the calm before and after it;
 * - attacks: connections of each flood;
 * - timesFaster: how much faster time goes in the server than here;
 * - maxRatioPercent, maxLoginMs: what is judged by time (Bounds in flood-verdict.ts);
 * - namespace: 1 where attackers are to come out of a network namespace, if this machine lets us make one.
 */
type Figures = Bounds & Record<'pairs' | 'perSecond' | 'seconds' | 'attacks' | 'timesFaster' | 'namespace', number>;

/** Attackers from thousands of addresses flood a server on which some talk, and into which others log in. */
export const floods: Harness<Figures> = {
  what: `slow, half-open, tiny, wrong and senseless connections by the thousand: p99 of honest messages at most twice that of the calm (up to ${FLOOR_MS} ms: not judged), every login succeeds, their p99 within ${MAX_LOGIN_MS / 1_000} s`,
  quick: { pairs: 2, perSecond: 40, seconds: 1, attacks: 300, timesFaster: 4, maxRatioPercent: 0, maxLoginMs: 0, namespace: 0 },
  long: {
    pairs: 20,
    perSecond: 200,
    seconds: 12,
    attacks: 5_000,
    timesFaster: 1,
    maxRatioPercent: 200,
    maxLoginMs: MAX_LOGIN_MS,
    namespace: 1,
  },
  unless: unlessMeasurable,

  async run({ pairs, perSecond, seconds, attacks, timesFaster, namespace, ...bounds }, log): Promise<Outcome> {
    await using stack = new AsyncDisposableStack();
    const ground = stack.use(await openGround(namespace === 1, log));
    log(`attackers come from ${ground.name}`);
    const dataFolder = tempFolder(stack);
    const accounts = await putAccounts(dataFolder, 2 * pairs + GUESTS);
    const env = {
      NODE_OPTIONS: `--import=${resolve(import.meta.dirname, '../support/fast-time.ts')}`,
      FAST_TIME: String(timesFaster),
    };
    const options = { dataFolder, names: ['localhost'], flags: ground.flags, ...(timesFaster === 1 ? {} : { env }) };
    const server = await ServerProcess.start(options, false);
    stack.defer(() => server.kill());
    const users = await HonestUsers.connect(server.port, accounts, pairs, GUESTS);
    stack.defer(() => users.close());
    const memory = new Memory(server.pid);

    const counts: Record<string, number> = {};
    const problems: string[] = [];
    const live = async (what: string, work: Promise<unknown>): Promise<Experience> => {
      const cpuUs = processorTimeUs([server.pid]);
      const lived = await users.during(work, perSecond);
      const percent = Math.round((processorTimeUs([server.pid]) - cpuUs) / (10_000 * seconds));
      const used = `${percent} % of a processor, ${mebibytes(memory.now)} MiB`;
      log(`${what}: ${describe(lived.messages)}; logins: ${describe(lived.logins)}; the server: ${used}`);
      problems.push(...lived.problems.map((problem) => `${what}: ${problem}`));
      return lived;
    };
    const calm = (): Promise<Experience> => live('calm', delay(1_000 * seconds));

    await calm(); // warms up
    memory.forgetPeak();
    const restingBytes = memory.now;
    let before = await calm();
    for (const [name, { what, ends: rightEnds }] of Object.entries(ATTACKS)) {
      const attackers = new FloodProcess(ground, name, { port: server.port, perSecond: attacks / seconds, count: attacks });
      stack.defer(() => attackers.kill());
      await attackers.ready();
      const during = await live(name, attackers.attack());
      // The rest of them is ended at the deadline, and nobody minds.
      const [afterwards, ends] = await alongside(users, perSecond, attackers.ends());
      log(`${name} (${what}): ${JSON.stringify(ends)}`);
      problems.push(...afterwards.problems.map((problem) => `after ${name}: ${problem}`));
      for (const [how, count] of Object.entries(ends)) {
        counts[`${name}: ${how}`] = count;
        if (!rightEnds.includes(how)) problems.push(`${name}: ${count} ended with ${how}`);
      }
      await attackers.end();

      const after = await calm();
      const verdict = judgeFlood(during, [before, after], bounds);
      for (const [what, count] of Object.entries(verdict.counts)) counts[`${name}: ${what}`] = count;
      problems.push(...verdict.problems.map((problem) => `${name}: ${problem}`));
      before = after;
    }
    const growth = memory.peak - restingBytes;
    counts['MiB more at the server'] = mebibytes(growth);
    if (growth > MAX_GROWTH_BYTES) problems.push(`the server grew by ${mebibytes(growth)} MiB`);
    return { counts, problems };
  },
};

/** They talk until all attacks have ended. */
async function alongside<T>(users: HonestUsers, perSecond: number, ends: Promise<T>): Promise<[Experience, T]> {
  const afterwards = await users.during(ends, perSecond);
  return [afterwards, await ends];
}

function describe(latencies: Latencies): string {
  const [p50, p99] = [50, 99].map((percent) => latencies.percentile(percent).toFixed(1));
  return `${latencies.count}, ${p50} ms p50, ${p99} ms p99`;
}
