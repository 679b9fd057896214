import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { IDS_REMEMBERED_MS, KEY_PACKAGES_PUBLISHED, Opcode, phraseFromSeed, REQUEST_LIFETIME_MS } from '@parley/protocol';
import { KeysRequestSchema, ListRequestSchema, OkSchema, RttSchema } from '@parley/protocol/wire';
import { createServer, silentLog, systemClock } from '../../server/src/index.ts';
import { ParleyClient } from '../src/client.ts';
import { Link } from '../src/connection/link.ts';
import { credentialsOf } from '../src/conversations/account.ts';
import { publishKeyPackages } from '../src/conversations/key-packages.ts';
import { isUpdateDue, nextUpdateMs } from '../src/conversations/key-update.ts';
import { accept } from '../src/conversations/requests.ts';
import type { Environment } from '../src/environment.ts';
import { ConversationSchema, type Progress, ProgressSchema } from '../src/gen/rows_pb.ts';
import { join } from '../src/join.ts';
import { nodeEnvironment } from '../src/node.ts';
import { Records } from '../src/records/records.ts';
import { SteadyTime } from '../src/records/steady-time.ts';
import { EventLog } from './support/events.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { Scene } from './support/scene.ts';
import { World } from './support/world.ts';

// What a client does while its clock is wrong, and when it is right again.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

/** Runs of a client, one after the other, and what the system's clock says. */
function runs() {
  let [wallMs, monotonicMs] = [Date.UTC(2026, 0, 1), 0];
  let noted: Progress = create(ProgressSchema);
  const environment = { now: () => wallMs, monotonic: () => monotonicMs };
  let time = new SteadyTime(environment, noted);
  return {
    now: () => time.now(),
    note: () => {
      noted = create(ProgressSchema, time.note());
    },
    start: () => {
      monotonicMs = Math.random() * 1_000;
      time = new SteadyTime(environment, noted);
    },
    goesBy: (ms: number) => {
      wallMs += ms;
      monotonicMs += ms;
    },
    setClock: (byMs: number) => {
      wallMs += byMs;
    },
  };
}

test('counts the time during which the client runs, whatever its clock says', () => {
  const { now, goesBy, setClock } = runs();
  const start = now();
  goesBy(3 * DAY_MS);
  setClock(YEAR_MS);
  assert.equal(now() - start, 3 * DAY_MS);
  setClock(-2 * YEAR_MS);
  goesBy(DAY_MS);
  assert.equal(now() - start, 4 * DAY_MS);
});

test('counts what went by between two runs, and a day at most', () => {
  const { now, note, start, goesBy } = runs();
  const startMs = now();
  note();
  goesBy(5 * HOUR_MS);
  start();
  assert.equal(now() - startMs, 5 * HOUR_MS);
  note();
  goesBy(100 * DAY_MS);
  start();
  assert.equal(now() - startMs, DAY_MS + 5 * HOUR_MS);
});

test('starts with a clock that is wrong make nothing older than a day each, and never younger', () => {
  const { now, note, start, setClock } = runs();
  const startMs = now();
  note();
  let atLeast = now();
  for (const byMs of [YEAR_MS, -YEAR_MS, -YEAR_MS, 80 * YEAR_MS, -79 * YEAR_MS]) {
    setClock(byMs);
    start();
    assert.ok(now() >= atLeast);
    atLeast = now();
    note();
  }
  assert.equal(now() - startMs, 2 * DAY_MS, 'twice it went ahead');
});

test('drops neither requests nor ids nor KeyPackages where it is started with a clock that is a year ahead', async () => {
  await using world = await World.create();
  const [alice, bob, carol] = [await world.person('alice'), await world.person('bob'), await world.person('carol')];
  await world.introduce(alice, carol);
  carol.client.send('alice', 'hello', '1');
  await alice.events.next('message');
  bob.client.request('alice');
  await alice.events.next('request');
  await alice.client.quit();
  const count = async (collection: 'request' | 'seen' | 'keypackage') => (await alice.vault.scan(collection)).length;
  const before = [await count('request'), await count('seen'), await count('keypackage')];

  const { now } = world.environment;
  const wrong = await world.start('alice', alice.vault, { now: () => now() + YEAR_MS });
  await assert.rejects(wrong.client.done, { check: 'validity' });
  await world.bury(wrong);
  assert.deepEqual([await count('request'), await count('seen'), await count('keypackage')], before);

  const right = await world.start('alice', alice.vault);
  await right.events.next('request');
  right.client.accept('bob');
  await bob.events.next('accepted');
  bob.client.send('alice', 'at last', '1');
  assert.equal((await right.events.next('message')).text, 'at last');
});

test('shows a request that comes while its clock is ahead', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const rtt = await scene.ask(alice, 'bob');
  const { now } = bob.context.environment;
  const startMs = now();
  Object.assign(bob.context, { environment: { ...bob.context.environment, now: () => now() + YEAR_MS }, time: () => startMs });
  await bob.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
  assert.equal(bob.of('request').length, 1);
});

test('keeps a request that it cannot accept while its clock is ahead, and accepts it when that is right', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  await bob.deliver(Opcode.RTT, toBinary(RttSchema, await scene.ask(alice, 'bob')));
  const { environment } = bob.context;
  Object.assign(bob.context, { environment: { ...environment, now: () => environment.now() + YEAR_MS } });
  await accept(bob.context, 'alice');
  await bob.settled();
  assert.deepEqual([bob.codes(), bob.waiting(Opcode.ACCEPT).length], [['invalid_consent'], 0]);
  Object.assign(bob.context, { environment });
  await accept(bob.context, 'alice');
  await bob.settled();
  assert.equal(bob.waiting(Opcode.ACCEPT).length, 1);
});

test('recovers an account again although the clocks of server and device were ahead at an earlier recovery', async () => {
  const folder = await mkdtemp(joinPath(tmpdir(), 'parley-client-'));
  const environment = await nodeEnvironment();
  let aheadMs = 0;
  const clock = { ...systemClock, nowMs: () => Date.now() + aheadMs };
  const server = await createServer({
    dataFolder: folder,
    host: '127.0.0.1',
    port: 0,
    names: ['localhost'],
    clock,
    logger: silentLog,
  });
  const now = () => Date.now() + aheadMs;
  const joinNow = async (recover?: string) => {
    const invite = (await server.createInvite()).link;
    const vault = new MemoryVault();
    const options = { environment: { ...environment, now }, vault, invite, username: 'alice' };
    const { phrase } = await join(recover === undefined ? options : { ...options, recover });
    return { phrase, vault };
  };
  try {
    const { phrase } = await joinNow();
    for (aheadMs of [80 * YEAR_MS, 0, 80 * YEAR_MS, 300 * YEAR_MS, 0, YEAR_MS, 0]) {
      const { vault } = await joinNow(phrase);
      const client = await ParleyClient.open({ environment: { ...environment, now }, vault });
      const events = new EventLog(client);
      await client.start();
      await events.next('ready');
      await client.quit();
    }
    const other = phraseFromSeed(new Uint8Array(32).fill(7));
    await assert.rejects(joinNow(other), { name: 'LoginError', code: 'auth_failed' });
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('waits no longer than it was told to while its clock is set back by a year', async () => {
  await using world = await World.create();
  const vault = new MemoryVault();
  await join({ environment: world.environment, vault, invite: await world.invite(), username: 'alice' });
  const records = await Records.load(vault, world.environment.mls);
  const { now, setTimer } = world.environment;
  let setMs = 0;
  const waits: number[] = [];
  const environment: Environment = {
    ...world.environment,
    now: () => now() + setMs,
    setTimer: (run, ms) => {
      waits.push(ms);
      return setTimer(run, ms);
    },
  };
  const ended = Promise.withResolvers<void>();
  const link = new Link(environment, records.account, {
    credentials: () => credentialsOf(records),
    onOnline: (connection) => {
      connection.pause(300);
      setMs = -YEAR_MS;
    },
    onPush: () => {},
    onError: (error) => assert.fail(error),
    onNonsense: ({ code, why }) => assert.fail(`${code}: ${why}`),
    onOffline: () => {},
    onFatal: ended.reject,
  });
  link.start();
  const list = toBinary(ListRequestSchema, create(ListRequestSchema));
  assert.equal((await Promise.race([link.ask(Opcode.LIST, list), ended.promise]))?.kind, 'users');
  link.stop();
  assert.ok(Math.max(...waits) < HOUR_MS, `waited for ${waits}`);
});

test('publishes KeyPackages anew that it made while its clock was ahead, and no others', async () => {
  let aheadMs = YEAR_MS;
  const scene = await Scene.create({ now: () => Date.now() + aheadMs });
  const alice = await scene.device('alice');
  const published: number[] = [];
  alice.context.ask = async (_opcode, body) => {
    const { what } = fromBinary(KeysRequestSchema, body);
    published.push(what.case === 'publish' ? what.value.oneTime.length : 0);
    return { kind: 'ok', ok: create(OkSchema) };
  };
  await publishKeyPackages(alice.context, () => false);
  assert.equal(published.length, 1);
  aheadMs = YEAR_MS - HOUR_MS;
  await publishKeyPackages(alice.context, () => false);
  assert.equal(published.length, 1, 'an hour is no reason');
  aheadMs = 0;
  await publishKeyPackages(alice.context, () => false);
  assert.deepEqual(published, [KEY_PACKAGES_PUBLISHED, KEY_PACKAGES_PUBLISHED]);
  await publishKeyPackages(alice.context, () => false);
  assert.equal(published.length, 2);
});

test('a key update is due a day or so after the last one, whatever the clock said then', async () => {
  const scene = await Scene.create();
  const alice = await scene.device('alice');
  let [wallMs, timeMs] = [alice.context.environment.now() + YEAR_MS, 1_000_000];
  Object.assign(alice.context, { environment: { ...alice.context.environment, now: () => wallMs }, time: () => timeMs });
  const conversation = create(ConversationSchema, { updateDueMs: nextUpdateMs(alice.context) });
  wallMs -= 2 * YEAR_MS;
  assert.equal(isUpdateDue(alice.context, conversation), false);
  timeMs += 1.25 * DAY_MS;
  assert.equal(isUpdateDue(alice.context, conversation), true);
});

test('forgets after as many days on line as it always did', () => {
  const { now, note, start, goesBy } = runs();
  const startMs = now();
  for (let day = 0; day < IDS_REMEMBERED_MS / DAY_MS; day += 1) {
    note();
    goesBy(DAY_MS);
    start();
  }
  assert.equal(now() - startMs, IDS_REMEMBERED_MS);
  assert.ok(IDS_REMEMBERED_MS > REQUEST_LIFETIME_MS);
});
