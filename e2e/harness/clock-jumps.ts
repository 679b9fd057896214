import { readFileSync } from 'node:fs';
import type { ScriptClient } from '../support/script-client.ts';
import { settles } from '../support/settles.ts';
import { befriend, World } from '../support/world.ts';
import { unlessClocksCanBeSet, WrongClock } from '../support/wrong-clock.ts';
import type { Harness, Outcome } from './harness.ts';
import { Ledger } from './ledger.ts';
import { finish, getsThrough, keepTalking, shuffled, sometime, startPairs, Talker } from './talkers.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
const IN_1970_MS = DAY_MS - Date.now();
const IN_2106_MS = Date.UTC(2106, 1, 8) - Date.now();

/** While processes run. */
const JUMPS_MS = [MINUTE_MS, HOUR_MS, DAY_MS, YEAR_MS].flatMap((ms) => [ms, -ms]).concat(IN_1970_MS, IN_2106_MS);
/** At a start: beyond what certificates forgive. */
const STARTS_MS = [YEAR_MS, IN_1970_MS, -YEAR_MS, IN_2106_MS];
/** The exit code of a client that refuses the server, or is refused. */
const LOGIN_FAILED = 4;
/** Clock ticks a second, as /proc counts them. */
const TICKS = 100;
/** A process that has nothing to do and takes this part of a processor spins. */
const SPINNING = 0.25;

/** The clock of the server, and that of clients, set ahead and back while they run, and wrong when they are started. */
export const clockJumps: Harness<{ rounds: number; pairs: number; starts: number; idleMs: number }> = {
  what: 'the clock of the server, and of clients, set ahead and back while they run, and wrong when they are started',
  quick: { rounds: 1, pairs: 1, starts: 1, idleMs: 300 },
  long: { rounds: 20, pairs: 8, starts: 4, idleMs: 5_000 },
  unless: unlessClocksCanBeSet,

  async run({ rounds, pairs: count, starts, idleMs }, log): Promise<Outcome> {
    using serverClock = new WrongClock();
    using clientClock = new WrongClock();
    await using world = await World.start({ under: serverClock.under });
    const ledger = new Ledger();
    const pairs = await startPairs(world, ledger, count, { env: clientClock.env });
    const problems: string[] = [];
    let breaks = 0;
    for (const talker of pairs.flat()) {
      talker.onEvent = ({ event }) => {
        if (event === 'offline') breaks += 1;
      };
    }
    log(`${count} pairs talk`);

    let stopTalking = keepTalking(pairs);
    let jumps = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (const clock of [serverClock, clientClock]) {
        for (const jumpMs of shuffled(JUMPS_MS)) {
          clock.set(jumpMs);
          jumps += 1;
          if (!(await getsThrough(ledger, count))) problems.push(`nothing gets through after a jump of ${jumpMs} ms`);
          await sometime(0, 100);
        }
        clock.set(0);
      }
      log(`${jumps} jumps, ${ledger.acknowledged} acknowledged, ${ledger.shown} shown`);
    }
    await stopTalking();
    if (!(await settles(() => ledger.isComplete))) problems.push('what was said during the jumps is not complete');
    if (breaks > 0) problems.push(`${breaks} connections ended for a jump`);
    problems.push(...(await spins(world, pairs, [serverClock, clientClock], idleMs)));

    await quitAll(pairs);
    const { absent, asker } = await leaveThingsBehind(world, ledger, pairs[0]![0]);
    for (const wrongMs of STARTS_MS.slice(0, starts)) {
      problems.push(...(await startServerWrong(world, ledger, pairs[0]![0], absent, { serverClock, clientClock, wrongMs })));
      problems.push(...(await startClientWrong(world, pairs[0]![0], clientClock, wrongMs)));
      log(`started with a clock that is wrong by ${wrongMs} ms`);
    }
    // All that waited is there when the clocks are right.
    absent.start();
    const request = await absent.client.next('request', { from: asker.name });
    absent.client.send({ do: 'accept', user: request.from });
    asker.start();
    await asker.client.next('accepted', { by: absent.name });
    asker.say(absent.name);
    for (const talker of pairs.flat()) talker.start();
    stopTalking = keepTalking(pairs);
    if (!(await getsThrough(ledger, 10 * count))) problems.push('nothing gets through after the starts');
    await stopTalking();
    problems.push(...(await finish([...pairs, [absent, asker]], ledger)));
    return { counts: { jumps, starts: 2 * starts, 'connections that ended': breaks, ...ledger.counts }, problems };
  },
};

/** Carol has left; a message and a request wait for her. */
async function leaveThingsBehind(world: World, ledger: Ledger, alice: Talker): Promise<{ absent: Talker; asker: Talker }> {
  const [absent, asker] = ['carol', 'dave'].map((name) => new Talker(world, ledger, name)) as [Talker, Talker];
  for (const { name } of [absent, asker]) await world.join(name);
  for (const talker of [alice, absent, asker]) talker.start();
  for (const { client } of [alice, absent, asker]) await client.next('ready');
  await befriend([alice.name, alice.client], [absent.name, absent.client]);
  await absent.client.quit();
  alice.say(absent.name);
  asker.client.send({ do: 'request', user: absent.name });
  await settles(() => alice.unanswered === 0);
  await Promise.all([alice.client.quit(), asker.client.quit()]);
  return { absent, asker };
}

/**
 * The server is started with a clock that is wrong. A client whose clock is wrong by the same talks with it, as on one machine; one whose
 * clock is right refuses it by name. When the server's clock is right it takes the server at once.
 */
async function startServerWrong(
  world: World,
  ledger: Ledger,
  alice: Talker,
  absent: Talker,
  { serverClock, clientClock, wrongMs }: { serverClock: WrongClock; clientClock: WrongClock; wrongMs: number },
): Promise<string[]> {
  const problems: string[] = [];
  await world.server.stop();
  serverClock.set(wrongMs);
  clientClock.set(wrongMs);
  await world.restartServer({ under: serverClock.under });
  alice.start();
  await alice.client.next('ready');
  alice.say(absent.name);
  if (!(await settles(() => alice.unanswered === 0))) problems.push(`no OK where both clocks are wrong by ${wrongMs} ms`);
  await alice.client.quit();
  clientClock.set(0);
  problems.push(...(await refusedByName(world, absent.name, `the server's clock is wrong by ${wrongMs} ms`)));
  serverClock.set(0);
  const { acknowledged } = ledger;
  alice.start();
  await alice.client.next('ready');
  alice.say(absent.name);
  if (!(await settles(() => ledger.acknowledged > acknowledged))) problems.push('no OK when the clocks are right again');
  await alice.client.quit();
  return problems;
}

async function startClientWrong(world: World, alice: Talker, clientClock: WrongClock, wrongMs: number): Promise<string[]> {
  clientClock.set(wrongMs);
  const problems = await refusedByName(world, alice.name, `its clock is wrong by ${wrongMs} ms`, clientClock);
  clientClock.set(0);
  alice.start();
  await alice.client.next('ready');
  await alice.client.quit();
  return problems;
}

async function refusedByName(world: World, user: string, why: string, clock?: WrongClock): Promise<string[]> {
  const client: ScriptClient = world.start(user, clock === undefined ? {} : { env: clock.env });
  const code = await client.ended();
  const isNamed = /^parley: [^\n]+ \(check: (validity|crl_expired)\)\n$/.test(client.stderr);
  return code === LOGIN_FAILED && isNamed ? [] : [`a client where ${why} ended with ${code}: ${client.stderr}`];
}

/** Sets the clocks back and forth while nobody has anything to do; which processes are busy all the same. */
async function spins(
  world: World,
  pairs: readonly (readonly [Talker, Talker])[],
  clocks: readonly WrongClock[],
  idleMs: number,
): Promise<string[]> {
  const pids = { server: world.server.pid, client: pairs[0]![0].client.pid };
  const problems: string[] = [];
  for (const jumpMs of [YEAR_MS, -YEAR_MS, IN_1970_MS]) {
    for (const clock of clocks) clock.set(jumpMs);
    await sometime(idleMs / 2, idleMs / 2);
    for (const [name, pid] of Object.entries(pids)) {
      // Who spins does so in both; who has something left to do, in the first.
      const part = Math.min(await busyPart(pid, idleMs), await busyPart(pid, idleMs));
      if (part > SPINNING) problems.push(`the ${name} takes ${part.toFixed(2)} of a processor after a jump of ${jumpMs} ms`);
    }
  }
  for (const clock of clocks) clock.set(0);
  return problems;
}

async function busyPart(pid: number, duringMs: number): Promise<number> {
  const before = cpuMs(pid);
  await sometime(duringMs, duringMs);
  return (cpuMs(pid) - before) / duringMs;
}

/** Processor time of a process. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
}

async function quitAll(pairs: readonly (readonly [Talker, Talker])[]): Promise<void> {
  await Promise.all(pairs.flat().map(({ client }) => client.quit()));
}
