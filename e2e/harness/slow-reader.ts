import { MAX_SOCKET_BUFFER } from '@parley/protocol';
import { DeafProcess } from '../support/deaf-process.ts';
import { Memory, mebibytes, unlessMeasurable } from '../support/memory.ts';
import { settles } from '../support/settles.ts';
import { befriend, World } from '../support/world.ts';
import type { Harness, Outcome } from './harness.ts';
import { Ledger } from './ledger.ts';
import { PingPong } from './ping-pong.ts';
import { ARRIVE_MS, arrives, enter, startPairs, type Talker } from './talkers.ts';

const SENDER = 'sender';
/** Messages without an answer: as fast as it goes. */
const MAX_UNANSWERED = 256;
/** More than the buffers of two sockets and all that may be on the way without an ACK, so that the rest has to wait at the server. */
const TEXT_BYTES = 60_000;
/** What limits.ts lets the server hold for each who does not read, as garbage that is not collected yet once more. */
const MAX_GROWTH_BYTES_EACH = 2 * MAX_SOCKET_BUFFER;
const MAX_GROWTH_BYTES = 192 * 1_024 * 1_024;
/** The others would wait for as long as nobody reads, were they held up: this tells it from a busy machine. */
const MAX_RATIO = 3;
const NOTICEABLE_MS = 500;

/**
 * Some stop reading while they are sent to at full speed: programs that hang, and connections that nobody reads. First the same is
 * sent to them while they read, so that what is compared is the reading alone.
 */
export const slowReader: Harness<{ pairs: number; hanging: number; deaf: number; messages: number }> = {
  what: 'some stop reading while they are sent to at full speed: the others notice nothing, and nothing is lost',
  quick: { pairs: 1, hanging: 1, deaf: 1, messages: 120 },
  long: { pairs: 10, hanging: 10, deaf: 90, messages: 100 },
  unless: unlessMeasurable,

  async run({ pairs: count, hanging, deaf, messages }, log): Promise<Outcome> {
    await using world = await World.start();
    const ledger = new Ledger();
    const pairs = await startPairs(world, ledger, count);
    const pingPong = new PingPong(pairs);
    const sender = await enter(world, ledger, SENDER);
    const hangers = await enterAll(world, ledger, names('hanger', hanging));
    const listeners = names('listener', deaf);
    const deafProcess = new DeafProcess({
      invite: world.invite,
      folder: world.folder,
      names: listeners,
      onEvent: (user, event) => ledger.heard(user, 1, event),
    });
    world.defer(() => deafProcess.kill());
    await deafProcess.line(0);
    for (const hanger of hangers) await befriend([SENDER, sender.client], [hanger.name, hanger.client]);
    for (const user of listeners) {
      sender.client.send({ do: 'request', user });
      await sender.client.next('accepted', { by: user });
    }
    const readers = [...hangers.map(({ name }) => name), ...listeners];
    log(`${count} pairs talk, ${readers.length} are sent to`);

    const flood = async (): Promise<void> => {
      for (let number = 0; number < messages; number += 1) {
        for (const reader of readers) {
          await arrives(() => sender.unanswered < MAX_UNANSWERED, 'room for more to be sent');
          sender.say(reader, TEXT_BYTES);
        }
      }
      await arrives(() => sender.unanswered === 0, 'all messages to be acknowledged');
    };
    const before = await pingPong.during(flood());
    await arrives(() => ledger.isComplete, 'all messages to be shown');
    log(
      `reading: ${before.percentile(50).toFixed(1)} ms p50, ${before.percentile(99).toFixed(1)} ms p99, ${before.count} messages`,
    );

    const server = new Memory(world.server.pid);
    server.forgetPeak();
    const restingBytes = server.now;
    for (const { client } of hangers) client.hang();
    deafProcess.stopReading();
    const shown = (): number => readers.reduce((sum, reader) => sum + ledger.shownOf(SENDER, reader), 0);
    const during = await pingPong.during(flood());
    const growth = server.peak - restingBytes;
    const missing = 2 * messages * readers.length - shown();
    log(
      `not reading: ${during.percentile(50).toFixed(1)} ms p50, ${during.percentile(99).toFixed(1)} ms p99, ${during.count} messages`,
    );

    for (const { client } of hangers) client.goOn();
    deafProcess.readAgain();
    const isSettled = await settles(() => ledger.isComplete, ARRIVE_MS);
    const talkers = [...pairs.flat(), sender, ...hangers];
    const codes = [...(await Promise.all(talkers.map(({ client }) => client.quit()))), await deafProcess.end()];
    const [ratio50, ratio99] = [50, 99].map((percent) => during.percentile(percent) / before.percentile(percent)) as [
      number,
      number,
    ];
    const isHeldUp = ratio50 > MAX_RATIO && during.percentile(50) > NOTICEABLE_MS;
    const hasGrown = growth > MAX_GROWTH_BYTES + readers.length * MAX_GROWTH_BYTES_EACH;
    return {
      counts: {
        ...ledger.counts,
        'not shown while nobody read': missing,
        'p50 of the others, ratio in percent': Math.round(100 * ratio50),
        'p99 of the others, ratio in percent': Math.round(100 * ratio99),
        'MiB more at the server': mebibytes(growth),
      },
      problems: [
        ...ledger.problems,
        ...(isSettled ? [] : ['not everything arrived after they read again']),
        ...(missing < messages ? ['they read while they should not have: this run shows nothing'] : []),
        ...(isHeldUp ? [`the others waited ${ratio50.toFixed(1)} times as long`] : []),
        ...(hasGrown ? [`the server grew by ${mebibytes(growth)} MiB`] : []),
        ...(codes.every((code) => code === 0) ? [] : [`exit codes: ${codes}`]),
      ],
    };
  },
};

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(2, '0')}`);
}

async function enterAll(world: World, ledger: Ledger, users: readonly string[]): Promise<Talker[]> {
  const talkers: Talker[] = [];
  for (const user of users) talkers.push(await enter(world, ledger, user));
  return talkers;
}
