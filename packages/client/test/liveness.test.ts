import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANSWER_WAIT_MS, ASK_AFTER_MS, MAX_ANSWER_WAIT_MS } from '@parley/protocol';
import { Liveness } from '../src/connection/liveness.ts';
import type { Environment } from '../src/environment.ts';
import { LossySockets } from './support/lossy-socket.ts';
import { type Person, World } from './support/world.ts';

// How a client notices that nobody is at the other end any more.

const STEP_MS = 1_000;

/** Time that is moved by hand, and what a Liveness has done. */
function watched(options: { isAnswered: boolean }) {
  let now = 0;
  let timer: { run: () => void; atMs: number } | undefined;
  const done: string[] = [];
  const environment: Pick<Environment, 'monotonic' | 'setTimer'> = {
    monotonic: () => now,
    setTimer: (run, ms) => {
      const mine = { run, atMs: now + ms };
      timer = mine;
      return {
        cancel: () => {
          if (timer === mine) timer = undefined;
        },
      };
    },
  };
  const liveness = new Liveness(environment, {
    ask: () => {
      done.push(`ask at ${now}`);
      liveness.asked();
      if (!options.isAnswered) return;
      liveness.heard();
      liveness.answered(false);
    },
    gone: () => {
      done.push(`gone at ${now}`);
      liveness.stop();
    },
  });
  /** Lets time go by, and has something happen every second. */
  const pass = (ms: number, each: () => void = () => {}): void => {
    for (const end = now + ms; now < end; ) {
      now += STEP_MS;
      each();
      const due = timer;
      if (due === undefined || due.atMs > now) continue;
      timer = undefined;
      due.run();
    }
  };
  const stop = (byMs: number): void => {
    now += byMs;
    if (timer !== undefined) timer.atMs += byMs;
  };
  return { liveness, done, pass, stop, isWaiting: () => timer !== undefined };
}

test('asks when nothing was heard for a while, and goes on asking while there are answers', () => {
  const { done, pass } = watched({ isAnswered: true });
  pass(3 * ASK_AFTER_MS);
  assert.deepEqual(
    done,
    [1, 2, 3].map((count) => `ask at ${count * ASK_AFTER_MS}`),
  );
});

test('asks nothing while something is heard', () => {
  const { liveness, done, pass } = watched({ isAnswered: false });
  pass(5 * ASK_AFTER_MS, () => liveness.heard());
  assert.deepEqual(done, []);
});

test('takes a connection without an answer and without a sound for dead', () => {
  const { done, pass, isWaiting } = watched({ isAnswered: false });
  pass(10 * ASK_AFTER_MS);
  assert.deepEqual(done, [`ask at ${ASK_AFTER_MS}`, `gone at ${ASK_AFTER_MS + ANSWER_WAIT_MS}`]);
  assert.equal(isWaiting(), false);
});

test('takes a connection on which things are heard, but no answer, for dead a little later', () => {
  const { liveness, done, pass } = watched({ isAnswered: false });
  liveness.asked();
  pass(2 * MAX_ANSWER_WAIT_MS, () => liveness.heard());
  assert.deepEqual(done, [`gone at ${MAX_ANSWER_WAIT_MS}`]);
});

test('counts from the last answer where more than one is waited for', () => {
  const { liveness, done, pass } = watched({ isAnswered: false });
  liveness.asked();
  pass(10 * MAX_ANSWER_WAIT_MS, () => {
    liveness.heard();
    liveness.answered(true);
  });
  assert.deepEqual(done, []);
  pass(2 * ANSWER_WAIT_MS);
  assert.deepEqual(done, [`gone at ${10 * MAX_ANSWER_WAIT_MS + ANSWER_WAIT_MS}`]);
});

test('asks before it takes a connection for dead where its process was stopped for long', () => {
  const { done, pass, stop } = watched({ isAnswered: true });
  stop(24 * 3_600_000);
  pass(ASK_AFTER_MS);
  assert.equal(done.length, 1);
  assert.match(done[0] ?? '', /^ask/);
});

/** How much faster than ours the time of a client goes. */
const FASTER = 20;

/** Alice goes on as a client whose connection can be made to lead nowhere, and whose time goes fast. */
async function restless(world: World, alice: Person): Promise<{ alice: Person; lossy: LossySockets }> {
  const { setTimer, monotonic } = world.environment;
  const lossy = new LossySockets();
  await alice.client.quit();
  const again = await world.start('alice', alice.vault, {
    openSocket: lossy.open,
    monotonic: () => monotonic() * FASTER,
    setTimer: (run, ms) => setTimer(run, ms / FASTER),
  });
  await again.events.next('users');
  return { alice: again, lossy };
}

test('says offline and connects anew when nothing comes from the server any more, though nothing was asked', async () => {
  await using world = await World.create();
  const { alice, lossy } = await restless(world, await world.person('alice'));
  lossy.deafen();
  await alice.events.next('offline');
  await alice.events.next('online');
});

test('says offline and connects anew when nothing gets to the server any more, though nothing was asked', async () => {
  await using world = await World.create();
  const { alice, lossy } = await restless(world, await world.person('alice'));
  lossy.mute();
  await alice.events.next('offline');
  await alice.events.next('online');
});

test('sends what went out over a dead connection again over a new one, once', async () => {
  await using world = await World.create();
  const { alice: before, bob } = await world.pair();
  const { alice, lossy } = await restless(world, before);
  lossy.mute();
  alice.client.send('bob', 'into the void', '1');
  await alice.events.next('online');
  await alice.events.next('sent');
  lossy.deafen();
  alice.client.send('bob', 'heard, but not answered', '2');
  await alice.events.next('online');
  await alice.events.next('sent');
  assert.deepEqual(
    (await bob.events.take('message', 2)).map(({ text }) => text),
    ['into the void', 'heard, but not answered'],
  );
  alice.client.send('bob', 'and on', '3');
  assert.equal((await bob.events.next('message')).text, 'and on');
});

test('shows nobody what it asks only to hear something', async () => {
  await using world = await World.create();
  const { alice, lossy } = await restless(world, await world.person('alice'));
  const before = lossy.sent.length;
  while (lossy.sent.length < before + 3) {
    await new Promise<void>((resolve) => {
      lossy.afterSend = resolve;
    });
  }
  alice.client.list();
  await alice.events.next('users');
  const logins = [...alice.events.of('ready'), ...alice.events.of('online')].length;
  assert.equal(alice.events.of('users').length, logins + 1);
});
