import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { KEY_PACKAGES_PUBLISHED, Opcode, REQUEST_LIFETIME_MS } from '@parley/protocol';
import { AcceptSchema, ErrorSchema, KeysRequestSchema, MessageSchema, OkSchema, RttSchema } from '@parley/protocol/wire';
import { type Reply, RequestError } from '../src/connection/reply.ts';
import { publishKeyPackages } from '../src/conversations/key-packages.ts';
import { accept, block, expireRequests, request } from '../src/conversations/requests.ts';
import { Scene } from './support/scene.ts';
import { World } from './support/world.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

test('acknowledges again what it had stored when the acknowledgement was lost', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  const message = toBinary(MessageSchema, await scene.say(bob, 'alice', 'hello'));
  const position = alice.nextPosition();
  await alice.deliver(Opcode.MESSAGE, message, position);
  await alice.deliver(Opcode.MESSAGE, message, position);
  assert.deepEqual(alice.acks.slice(-2), [position, position]);
});

test('lets a request expire that is dated ahead', async () => {
  let aheadMs = 10 * REQUEST_LIFETIME_MS;
  const scene = await Scene.create({ now: () => Date.now() + aheadMs });
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const rtt = await scene.ask(alice, 'bob');
  aheadMs = 0;
  await bob.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
  aheadMs = REQUEST_LIFETIME_MS + DAY_MS;
  await expireRequests(bob.context);
  await accept(bob.context, 'alice');
  assert.deepEqual(bob.codes(), ['unknown_request']);
});

test('drops what has expired every day, not only when it starts', async () => {
  await using world = await World.create();
  const [alice, { vault, client }] = [await world.person('alice'), await world.person('bob')];
  await client.quit();
  let aheadMs = 0;
  let daily = (): void => {};
  const { setTimer, monotonic } = world.environment;
  const bob = await world.start('bob', vault, {
    monotonic: () => monotonic() + aheadMs,
    setTimer: (run, ms) => {
      if (ms !== DAY_MS) return setTimer(run, ms);
      daily = run;
      return { cancel: () => {} };
    },
  });
  alice.client.request('bob');
  await bob.events.next('request');
  aheadMs = REQUEST_LIFETIME_MS + DAY_MS;
  daily();
  bob.client.accept('alice');
  assert.equal((await bob.events.next('error')).code, 'unknown_request');
});

test('takes back its own request to a user who is blocked, and asks them no more', async () => {
  const scene = await Scene.create();
  const [alice, bob] = [await scene.device('alice'), await scene.device('bob')];
  const rtt = await scene.ask(alice, 'bob');
  await block(alice.context, 'bob');
  assert.equal(alice.waiting(Opcode.CANCEL).length, 1);
  await request(alice.context, 'bob');
  assert.deepEqual([alice.codes(), alice.waiting(Opcode.RTT).length], [['no_consent'], 0]);
  await alice.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, await scene.agree(bob, rtt, 'alice')));
  assert.deepEqual(alice.of('accepted'), [], 'nothing of a blocked user is shown');
});

test('accepts no more a request whose sender was blocked before the group was made', async () => {
  const { bob, start } = await (await Scene.create()).accepting();
  await block(bob.context, 'alice');
  start();
  await bob.settled();
  assert.equal(bob.waiting(Opcode.ACCEPT).length, 0);
});

test('counts KeyPackages that the server did not take as not published', async () => {
  const scene = await Scene.create();
  const alice = await scene.device('alice');
  const error = new RequestError(create(ErrorSchema, { code: 'quota_exceeded' }));
  alice.context.ask = async () => ({ kind: 'error', error });
  await publishKeyPackages(alice.context, () => false);
  assert.deepEqual(await alice.vault.scan('keypackage'), []);
  alice.context.ask = async () => ({ kind: 'ok', ok: create(OkSchema) });
  await publishKeyPackages(alice.context, () => false);
  assert.notEqual((await alice.vault.scan('keypackage')).length, 0);
});

test('publishes KeyPackages anew after a process that ended before it knew that they had come', async () => {
  const scene = await Scene.create();
  const alice = await scene.device('alice');
  const published: number[] = [];
  const answer = (reply: Reply) => async (_opcode: Opcode, body: Uint8Array) => {
    const { what } = fromBinary(KeysRequestSchema, body);
    published.push(what.case === 'publish' ? what.value.oneTime.length : 0);
    return reply;
  };
  const ok: Reply = { kind: 'ok', ok: create(OkSchema) };
  alice.context.ask = answer(ok);
  await publishKeyPackages(alice.context, () => false);
  await publishKeyPackages(alice.context, () => false);
  assert.deepEqual(published, [KEY_PACKAGES_PUBLISHED]);
  alice.context.ask = answer({ kind: 'lost' });
  await publishKeyPackages(alice.context, () => false, 'low');
  alice.context.ask = answer(ok);
  await publishKeyPackages(alice.context, () => false);
  assert.deepEqual(published, [KEY_PACKAGES_PUBLISHED, KEY_PACKAGES_PUBLISHED, KEY_PACKAGES_PUBLISHED]);
  await publishKeyPackages(alice.context, () => false);
  assert.equal(published.length, 3);
});

test('publishes more KeyPackages when the server says that few are left, also of those that were claimed and never used', async () => {
  const scene = await Scene.create();
  const { alice, bob } = await scene.pair();
  let wanted = 0;
  Object.assign(bob.context, {
    publishKeys: (reason?: string) => {
      if (reason === 'low') wanted += 1;
    },
  });
  await alice.publish();
  await scene.replace(bob, alice);
  assert.equal(wanted, 0);
  const { ask } = bob.context;
  bob.context.ask = async (opcode, body) => {
    const reply = await ask(opcode, body);
    if (reply.kind === 'ok' && reply.ok.result.case === 'keys') reply.ok.result.value.low = true;
    return reply;
  };
  await scene.replace(bob, alice);
  assert.equal(wanted, 1);
});
