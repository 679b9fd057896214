import { Memory, mebibytes, unlessMeasurable } from '../support/memory.ts';
import { World } from '../support/world.ts';
import type { Harness, Outcome } from './harness.ts';
import { Ledger } from './ledger.ts';
import { arrives, quitAll, startPairs, type Talker } from './talkers.ts';

/** What one program may wait with (MAX_OUTBOX): so many are sent at once. */
const AT_ONCE = 10_000;
/** The second flood has so many times the messages of the first. */
const FACTOR = 4;
/**
 * Every program runs with a heap of so many MiB, which the texts of the second flood alone would fill in the long version: one that
 * kept them would end. It also has V8 collect its garbage early, so that memory shows what is kept.
 */
const HEAP: Readonly<Record<string, string>> = { NODE_OPTIONS: '--max-old-space-size=64' };
/** That heap, V8's young generation, and what limits.ts lets wait outside of it, as garbage once more. */
const MAX_GROWTH_BYTES = 192 * 1_024 * 1_024;
/** From the first flood to the second one nobody may grow by half of what was said, but for what is left of garbage. */
const MAX_KEPT_SHARE = 0.5;
const MAX_GARBAGE_BYTES = 64 * 1_024 * 1_024;

/** One flood: milliseconds, and by how many bytes each program grew at most. */
interface Flood {
  readonly sendMs: number;
  readonly receiveMs: number;
  readonly sender: number;
  readonly server: number;
  readonly receiver: number;
}

/** Thousands of messages to a user who is off line and then logs in: all arrive in one go, and nobody's memory grows with them. */
export const offlineFlood: Harness<{ messages: number; bytes: number }> = {
  what: 'messages to a user who is off line, then four times as many: all arrive in order in one go, in bounded memory',
  quick: { messages: 500, bytes: 1_000 },
  long: { messages: 10_000, bytes: 1_000 },
  unless: unlessMeasurable,

  async run({ messages, bytes }, log): Promise<Outcome> {
    await using world = await World.start({ env: HEAP });
    const ledger = new Ledger();
    const [pair] = await startPairs(world, ledger, 1, { env: HEAP });
    if (pair === undefined) throw new Error('no pair');
    const problems: string[] = [];
    const flood = async (count: number): Promise<Flood> => {
      const done = await run(world, ledger, pair, { count, bytes });
      log(`${count} messages: ${describe(done)}`);
      if (pair[1].client.events.some(({ event }) => event === 'offline')) problems.push('it did not arrive in one go');
      return done;
    };
    const few = await flood(messages);
    const many = await flood(FACTOR * messages);
    const more = (FACTOR - 1) * messages * bytes;
    for (const who of ['sender', 'server', 'receiver'] as const) {
      if (many[who] > MAX_GROWTH_BYTES) problems.push(`the ${who} grew by ${mebibytes(many[who])} MiB`);
      if (many[who] - few[who] > MAX_GARBAGE_BYTES + MAX_KEPT_SHARE * more) {
        problems.push(`the ${who} grows with the number of messages: from ${mebibytes(few[who])} to ${mebibytes(many[who])} MiB`);
      }
    }
    problems.push(...(await quitAll(pair)));
    return {
      counts: {
        ...ledger.counts,
        ...figures(`${messages}`, messages, few),
        ...figures(`${FACTOR * messages}`, FACTOR * messages, many),
      },
      problems: [...ledger.problems, ...problems],
    };
  },
};

async function run(
  world: World,
  ledger: Ledger,
  [alice, bob]: readonly [Talker, Talker],
  { count, bytes }: { count: number; bytes: number },
): Promise<Flood> {
  await bob.client.quit();
  const [sender, server] = [new Memory(alice.client.pid), new Memory(world.server.pid)];
  const before = { sender: sender.now, server: server.now };
  for (const memory of [sender, server]) memory.forgetPeak();

  const startMs = performance.now();
  for (let left = count; left > 0; left -= AT_ONCE) {
    const already = ledger.acknowledgedOf(alice.name, bob.name);
    const batch = Math.min(left, AT_ONCE);
    alice.client.send(...Array.from({ length: batch }, () => ledger.say(alice.name, bob.name, bytes)));
    await arrives(() => ledger.acknowledgedOf(alice.name, bob.name) === already + batch, 'all messages to be acknowledged');
  }
  const sentMs = performance.now();

  bob.start();
  await bob.client.next('ready');
  const receiver = new Memory(bob.client.pid);
  // From here on: before it is the passphrase's key derivation that needs most.
  receiver.forgetPeak();
  const receiverBefore = receiver.now;
  const readyMs = performance.now();
  await arrives(() => ledger.isComplete, 'all messages to be shown');
  return {
    sendMs: sentMs - startMs,
    receiveMs: performance.now() - readyMs,
    sender: sender.peak - before.sender,
    server: server.peak - before.server,
    receiver: receiver.peak - receiverBefore,
  };
}

function describe({ sendMs, receiveMs, sender, server, receiver }: Flood): string {
  const grew = `MiB more at most: sender ${mebibytes(sender)}, server ${mebibytes(server)}, receiver ${mebibytes(receiver)}`;
  return `sent in ${(sendMs / 1_000).toFixed(1)} s, received in ${(receiveMs / 1_000).toFixed(1)} s; ${grew}`;
}

function figures(name: string, count: number, { sendMs, receiveMs, sender, server, receiver }: Flood) {
  return {
    [`${name}: sent a second`]: Math.round((count * 1_000) / sendMs),
    [`${name}: received a second`]: Math.round((count * 1_000) / receiveMs),
    [`${name}: MiB more, sender`]: mebibytes(sender),
    [`${name}: MiB more, server`]: mebibytes(server),
    [`${name}: MiB more, receiver`]: mebibytes(receiver),
  };
}
