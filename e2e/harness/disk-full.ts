import { settles } from '../support/settles.ts';
import { SmallDisk, unlessMountable } from '../support/small-disk.ts';
import { befriend, World } from '../support/world.ts';
import type { Harness, Outcome } from './harness.ts';
import { Ledger } from './ledger.ts';
import { enter, finish, getsThrough, keepTalking, sometime, startPairs, type Talker, WINDOW } from './talkers.ts';

const SERVER_DISK_BYTES = 64 * 1_024 * 1_024;
const CLIENT_DISK_BYTES = 64 * 1_024 * 1_024;
/** Of texts for users who are off line, which the server has to write: so many bytes fill what its files have as a reserve. */
const TEXT_BYTES = 16_000;
const POLL_MS = 20;
/** The exit code of a client that cannot write. */
const LOCAL_STORE = 5;

/** The disk of the server, then of a client, is filled at random moments and freed again, while pairs of users talk. */
export const diskFull: Harness<{ 'server-rounds': number; 'client-rounds': number; pairs: number }> = {
  what: 'the disk of the server, then of clients, filled at random moments and freed again, while pairs of users talk',
  quick: { 'server-rounds': 1, 'client-rounds': 1, pairs: 1 },
  long: { 'server-rounds': 50, 'client-rounds': 30, pairs: 8 },
  unless: unlessMountable,

  async run({ 'server-rounds': serverRounds, 'client-rounds': clientRounds, pairs: count }, log): Promise<Outcome> {
    const problems: string[] = [];
    let disk: SmallDisk | undefined;
    await using world = await World.start({
      prepare: (folder) => {
        disk = SmallDisk.mount(folder, SERVER_DISK_BYTES);
        return disk;
      },
    });
    const ledger = new Ledger({ allowedErrors: ['server_busy'] });
    const clientDisk = world.mountFor('bob00', CLIENT_DISK_BYTES);
    const pairs = await startPairs(world, ledger, count);
    const absent = await befriendAbsent(world, ledger, pairs);
    log(`${count} pairs talk`);

    const { pid } = world.server;
    const stopTalking = keepTalking(pairs);
    const stopLeaving = leaveMessages(pairs, absent);
    for (let round = 1; round <= serverRounds; round += 1) {
      if (!(await getsThrough(ledger, count))) {
        problems.push(`nothing gets through any more after round ${round - 1} of the server`);
        break;
      }
      await sometime(0, 1_000);
      const refusals = refusalsOf(world);
      disk?.fill();
      if (!(await settles(() => refusalsOf(world) > refusals))) problems.push('the full disk of the server was not noticed');
      await sometime(0, 1_000);
      disk?.free();
      await comeByAndLeave(absent, pairs, ledger, problems);
      if (!world.server.running || world.server.pid !== pid) return { counts: ledger.counts, problems: ['the server ended'] };
      log(`${round} rounds of the server, ${ledger.acknowledged} acknowledged, ${ledger.shown} shown`);
    }
    await stopLeaving();

    const bob = pairs[0]?.[1];
    for (let round = 1; bob !== undefined && round <= clientRounds; round += 1) {
      if (!(await getsThrough(ledger, count))) {
        problems.push(`nothing gets through any more after round ${round - 1} of a client`);
        break;
      }
      await sometime(0, 1_000);
      clientDisk.fill();
      const code = await bob.client.ended();
      if (code !== LOCAL_STORE || !/^parley: .* the disk is full: .*\n$/.test(bob.client.stderr)) {
        problems.push(`a client whose disk is full ended with ${code}: ${bob.client.stderr}`);
      }
      await sometime(0, 500);
      clientDisk.free();
      bob.start();
      log(`${round} rounds of a client, ${ledger.acknowledged} acknowledged, ${ledger.shown} shown`);
    }
    if (!(await getsThrough(ledger, count))) problems.push('nothing gets through in the end');
    await stopTalking();
    for (const talker of absent) talker.start();
    problems.push(...(await finish([...pairs, ...absent.map((talker): [Talker, Talker] => [talker, talker])], ledger)));
    if (!world.server.running || world.server.pid !== pid) problems.push('the server ended');
    return {
      counts: { 'server rounds': serverRounds, 'client rounds': clientRounds, ...ledger.counts },
      problems,
    };
  },
};

/** One more user a pair, who may talk with the first of it and has left. */
async function befriendAbsent(world: World, ledger: Ledger, pairs: readonly (readonly [Talker, Talker])[]): Promise<Talker[]> {
  const absent: Talker[] = [];
  for (const [index, [alice]] of pairs.entries()) {
    const carol = await enter(world, ledger, `carol${String(index).padStart(2, '0')}`);
    await befriend([alice.name, alice.client], [carol.name, carol.client]);
    await carol.client.quit();
    absent.push(carol);
  }
  return absent;
}

/** The first of each pair leaves messages for who is absent, as many as get an answer, until the result is called. */
function leaveMessages(pairs: readonly (readonly [Talker, Talker])[], absent: readonly Talker[]): () => Promise<void> {
  const over = new AbortController();
  const leave = async (alice: Talker, carol: Talker): Promise<void> => {
    while (!over.signal.aborted) {
      if (alice.unanswered < 2 * WINDOW) alice.say(carol.name, TEXT_BYTES);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const all = pairs.map(([alice], index) => leave(alice, absent[index]!));
  return async () => {
    over.abort();
    await Promise.all(all);
  };
}

/** They come on line until each was shown what had its OK by now, and leave. */
async function comeByAndLeave(
  absent: readonly Talker[],
  pairs: readonly (readonly [Talker, Talker])[],
  ledger: Ledger,
  problems: string[],
): Promise<void> {
  for (const [index, carol] of absent.entries()) {
    const alice = pairs[index]?.[0].name ?? '';
    const left = ledger.acknowledgedOf(alice, carol.name);
    carol.start();
    const hasAll = await settles(() => ledger.shownOf(alice, carol.name) >= left);
    if (!hasAll) problems.push(`${carol.name} was shown ${ledger.shownOf(alice, carol.name)} of ${left} that were acknowledged`);
    const code = await carol.client.quit();
    if (code !== 0) problems.push(`${carol.name} ended with ${code}`);
  }
}

/** How often the server has said that its disk is full, or has space again. */
function refusalsOf(world: World): number {
  return world.server.output.split('"the disk is full').length;
}
