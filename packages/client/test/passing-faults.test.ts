import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { ErrorSchema } from '@parley/protocol/wire';
import { createServer, openSqliteStore, type Store, silentLog } from '../../server/src/index.ts';
import { RequestError } from '../src/connection/reply.ts';
import { type Person, World } from './support/world.ts';

const DATABASE = 'parley.db';
/** How long a client waits where the server does not say. */
const SECOND = 1_000;

// The server is in trouble for a moment, and says so.

test('goes on with an acceptance when the server could not look the other user up at first', async () => {
  await using world = await World.create();
  const [alice, bob] = [await world.person('alice'), await world.person('bob')];
  alice.client.request('bob');
  await bob.events.next('request');
  await failOnce(world, bob, 'findUser');
  bob.client.accept('alice');
  assert.equal((await alice.events.next('accepted')).by, 'bob');
  assert.deepEqual(bob.events.of('error'), []);
});

test('quits while it waits to ask the server again', async () => {
  await using world = await World.create();
  const [alice, { vault, client }] = [await world.person('alice'), await world.person('bob')];
  await client.quit();
  const { setTimer } = world.environment;
  const never = { cancel: () => {} };
  const bob = await world.start('bob', vault, { setTimer: (run, ms) => (ms === SECOND ? never : setTimer(run, ms)) });
  alice.client.request('bob');
  await bob.events.next('request');
  const { failed } = await failOnce(world, bob, 'findUser');
  bob.client.accept('alice');
  await failed;
  await world.stopServer();
  await bob.events.next('offline');
  await bob.client.quit();
  assert.deepEqual(bob.events.of('error'), []);
  await world.startServer();
});

test('never waits longer than ten minutes because a server said so', () => {
  const error = new RequestError(create(ErrorSchema, { code: 'rate_limited', retryAfterMs: 0xffff_ffff }));
  assert.equal(error.retryAfterMs, 600_000);
});

/**
 * Restarts the server with a store that fails the next call of this method after this person is on line again. `failed` resolves when
 * it has.
 */
async function failOnce(world: World, person: Person, method: keyof Store): Promise<{ failed: Promise<void> }> {
  await world.stopServer();
  await person.events.next('offline');
  const store = await openSqliteStore(join(world.folder, DATABASE));
  const failed = Promise.withResolvers<void>();
  let armed = false;
  const failing = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) => {
        if (name !== method || !armed) return value.apply(target, parameters);
        armed = false;
        failed.resolve();
        // Of all that a store can reject with, the one that does not stop the server: it answers `internal`.
        return Promise.reject(new RangeError('not now'));
      };
    },
  });
  const { port } = world.server;
  const { folder: dataFolder } = world;
  const names = ['localhost'];
  world.server = await createServer({ dataFolder, host: '127.0.0.1', port, names, store: failing, logger: silentLog });
  await person.events.next('online');
  armed = true;
  return { failed: failed.promise };
}
