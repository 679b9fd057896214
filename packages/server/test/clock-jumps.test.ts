import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Opcode, REFUSED_WAIT_MS, REQUEST_LIFETIME_MS } from '@parley/protocol';
import { AcceptSchema, KeysRequestSchema, MessageSchema, RefuseSchema, RttSchema } from '@parley/protocol/wire';
import { acceptOf, refuseOf, requestId, rttOf } from './support/account.ts';
import type { TestClient } from './support/client.ts';
import { ManualClock } from './support/manual-clock.ts';
import { messageOf, TestServer, talk } from './support/server.ts';

/** What a server keeps while its clock is wrong: while it runs, and where it was started with it. */

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const JUMPS = { ahead: YEAR_MS, back: -YEAR_MS, 'to 1970': -Date.now() + YEAR_MS, 'to 2106': Date.UTC(2106, 0, 1) - Date.now() };

/** A server that can be stopped and started again on the same data, with a clock that is wrong by so much. */
async function startable(t: TestContext) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  let clock = new ManualClock();
  let server = await TestServer.start(t, { dataFolder, clock });
  return {
    get server() {
      return server;
    },
    get clock() {
      return clock;
    },
    async restart(wrongMs: number): Promise<void> {
      await server.server.close();
      clock = new ManualClock(wrongMs);
      server = await TestServer.start(t, { dataFolder, clock });
    },
  };
}

const textOf = async (client: TestClient): Promise<string> =>
  new TextDecoder().decode((await client.nextBody(Opcode.MESSAGE, MessageSchema)).ciphertext);

for (const [name, jumpMs] of Object.entries(JUMPS)) {
  test(`drops no mailbox where it was started with a clock that was set ${name}, nor when that is right again`, async (t) => {
    const place = await startable(t);
    const alice = await place.server.register('alice');
    const bob = await place.server.register('bob');
    const conversation = await talk(alice, bob);
    await bob.leave();
    const send = async (text: string): Promise<void> => {
      const sender = await place.server.logIn(alice.account);
      await sender.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, text));
      place.clock.advance(2 * HOUR_MS);
      await sender.leave();
    };
    await send('before');
    await place.restart(jumpMs);
    await send('meanwhile');
    await place.restart(0);
    await send('after');
    const back = await place.server.logIn(bob.account);
    assert.deepEqual([await textOf(back), await textOf(back), await textOf(back)], ['before', 'meanwhile', 'after']);
  });

  test(`lets a request be accepted that was made before the clock was set ${name}`, async (t) => {
    const place = await startable(t);
    const alice = await place.server.register('alice');
    const bob = await place.server.register('bob');
    const carol = await place.server.register('carol');
    const [toBob, toCarol, late] = [requestId(), requestId(), requestId()];
    await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: toBob }));
    await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'carol', { requestId: toCarol }));
    place.clock.set(jumpMs);
    await bob.ok(Opcode.ACCEPT, AcceptSchema, acceptOf(bob.account, alice.account, toBob));
    // One more, at which what is old is forgotten.
    await bob.ok(Opcode.RTT, RttSchema, rttOf(bob.account, 'carol', { requestId: late }));
    await place.restart(jumpMs);
    const carolBack = await place.server.logIn(carol.account);
    await carolBack.ok(Opcode.ACCEPT, AcceptSchema, acceptOf(carol.account, alice.account, toCarol));
    await place.restart(0);
    const carolAgain = await place.server.logIn(carol.account);
    await carolAgain.ok(Opcode.ACCEPT, AcceptSchema, acceptOf(carol.account, bob.account, late));
  });
}

test('a refusal that was given while the clock was ahead does not hold for longer than 7 days', async (t) => {
  const { server, clock } = await startable(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  clock.set(YEAR_MS);
  await bob.ok(Opcode.REFUSE, RefuseSchema, refuseOf(bob.account, 'alice', id));
  clock.set(-YEAR_MS);
  assert.equal((await alice.error(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob'))).code, 'refused_recently');
  clock.advance(REFUSED_WAIT_MS);
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob'));
});

test('a request that nobody answers expires after 14 days, however often the server is started', async (t) => {
  const place = await startable(t);
  const alice = await place.server.register('alice');
  const bob = await place.server.register('bob');
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, 'bob', { requestId: id }));
  for (let day = 0; day * 24 * HOUR_MS < REQUEST_LIFETIME_MS; day += 1) {
    place.clock.advance(24 * HOUR_MS);
    await place.restart(0);
  }
  const back = await place.server.logIn(bob.account);
  assert.equal((await back.error(Opcode.ACCEPT, AcceptSchema, acceptOf(bob.account, alice.account, id))).code, 'unknown_request');
});

test('claims of KeyPackages that were made while the clock was ahead do not count for a year', async (t) => {
  const { server, clock } = await startable(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  await talk(alice, bob);
  const deviceIds = [bob.account.device().deviceId];
  const publish = (from: number) =>
    bob.ok(Opcode.KEYS, KeysRequestSchema, {
      what: {
        case: 'publish',
        value: { oneTime: Array.from({ length: 60 }, (_, index) => Uint8Array.of(from, index)), lastResort: Uint8Array.of(9) },
      },
    });
  const claim = () =>
    alice.request(Opcode.KEYS, KeysRequestSchema, { what: { case: 'claim', value: { username: 'bob', deviceIds } } });
  await publish(1);
  clock.set(YEAR_MS);
  for (let count = 0; count < 60; count += 1) assert.equal((await claim()).opcode, Opcode.OK);
  await publish(2);
  assert.equal((await claim()).opcode, Opcode.ERROR, 'too many within an hour');
  clock.set(-YEAR_MS);
  clock.advance(HOUR_MS);
  assert.equal((await claim()).opcode, Opcode.OK);
});
