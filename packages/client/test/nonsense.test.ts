import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { ConnectError } from '../src/errors.ts';
import { ProgressSchema } from '../src/gen/rows_pb.ts';
import { join } from '../src/join.ts';
import { progressRow } from '../src/records/records.ts';
import { LossySockets } from './support/lossy-socket.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { type Person, World } from './support/world.ts';

/** What a client makes of bytes that are not what a server says: changed on the way, or made up. */

const DOES_NOT_OPEN = /^what came from the server does not open: it was changed on the way/;
/** No wait before a new connection. */
const AT_ONCE = -1;
/** The first waits of one who tries again and again, milliseconds, without the random part. */
const RETRIES = [100, 200, 400];

function flipped(message: ArrayBuffer): ArrayBuffer {
  const bytes = new Uint8Array(message.slice(0));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.buffer;
}

/** This message of each connection is changed on its way to the client, while `isOn`. `times` resolves when it was so often. */
function changing(number: number): { lossy: LossySockets; end: () => void; times: (count: number) => Promise<void> } {
  const lossy = new LossySockets();
  let isOn = true;
  let done = 0;
  let look = (): void => {};
  lossy.alter = (message, at) => {
    if (!isOn || at !== number) return message;
    done += 1;
    look();
    return flipped(message);
  };
  const times = (count: number): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (done >= count) resolve();
      };
      look();
    });
  return {
    lossy,
    times,
    end: () => {
      isOn = false;
    },
  };
}

async function again(world: World, { client, vault, name }: Person, lossy: LossySockets): Promise<Person> {
  await client.quit();
  return world.start(name, vault, { openSocket: lossy.open, random: () => AT_ONCE });
}

for (const [number, what] of [
  [0, '1.1'],
  [1, '1.3'],
] as const) {
  test(`tells of a ${what} that does not open, once however often it logs in, and goes on when one does`, async () => {
    await using world = await World.create();
    const { lossy, end, times } = changing(number);
    const alice = await again(world, await world.person('alice'), lossy);
    await times(4);
    end();
    await alice.events.next('users');
    const told = alice.events.of('error');
    assert.deepEqual(
      told.map(({ code }) => code),
      ['bad_record'],
    );
    assert.match(told[0]?.message ?? '', DOES_NOT_OPEN);
  });

  test(`says why nobody can join where the ${what} does not open`, async () => {
    await using world = await World.create();
    const { lossy } = changing(number);
    const environment = { ...world.environment, openSocket: lossy.open };
    const joining = join({ environment, vault: new MemoryVault(), invite: await world.invite(), username: 'alice' });
    await assert.rejects(joining, (error) => error instanceof ConnectError && DOES_NOT_OPEN.test(error.message));
  });
}

test('tells the same nonsense once an hour, and waits longer each time, however long the connections last', async () => {
  await using world = await World.create();
  const { vault, client } = await world.person('alice');
  await client.quit();
  const { monotonic, setTimer } = world.environment;
  let aheadMs = 0;
  const waits: number[] = [];
  const lossy = new LossySockets();
  const alice = await world.start('alice', vault, {
    openSocket: lossy.open,
    monotonic: () => monotonic() + aheadMs,
    random: () => 0,
    setTimer: (run, ms) => {
      if (RETRIES.includes(ms)) waits.push(ms);
      return setTimer(run, ms);
    },
  });
  await alice.events.next('ready');
  const spoil = async (): Promise<void> => {
    await alice.client.flush();
    lossy.alter = (message, number) => (number > 1 ? flipped(message) : message);
    alice.client.list();
    await alice.events.next('offline');
    lossy.alter = (message) => message;
    await alice.events.next('online');
  };
  const tenSeconds = 10_000;
  for (let i = 0; i < 3; i += 1) {
    aheadMs += tenSeconds;
    await spoil();
  }
  const told = (): string[] => alice.events.of('error').map(({ code }) => code);
  assert.deepEqual(told(), ['bad_record']);
  assert.deepEqual(waits, RETRIES);
  aheadMs += 3_600_000;
  await spoil();
  assert.deepEqual(told(), ['bad_record', 'bad_record']);
});

test('takes a fault of its own for none of the server, and ends with it', async () => {
  await using world = await World.create();
  const { vault, client } = await world.person('alice');
  await client.quit();
  // What the server has never given out: it says ERROR, which answers nothing.
  await vault.write([{ put: progressRow(create(ProgressSchema, { position: 0xffff_ffff_0000_0001n })) }]);
  const alice = await world.start('alice', vault);
  alice.client.listen(({ event }) => {
    if (event === 'error') throw new RangeError('of our own');
  });
  await assert.rejects(alice.client.done, { name: 'RangeError', message: 'of our own' });
  assert.deepEqual(
    alice.events.of('error').map(({ code }) => code),
    ['state_mismatch'],
  );
});
