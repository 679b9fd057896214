import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { ListRequestSchema, PresenceSchema, SettingsSchema, UserListSchema, UserQuerySchema } from '@parley/protocol/wire';
import fc from 'fast-check';
import { Online } from '../src/delivery/online.ts';
import type { DeviceKey } from '../src/store/device-key.ts';
import { Account } from './support/account.ts';
import type { TestClient } from './support/client.ts';
import { TestServer, talk } from './support/server.ts';
import { Witness } from './support/witness.ts';

async function list(client: TestClient, query: MessageInitShape<typeof ListRequestSchema>) {
  const { body } = await client.request(Opcode.LIST, ListRequestSchema, query);
  const { online, next } = fromBinary(UserListSchema, body);
  return { online, next };
}

test('LIST pages through who is on line, sorted', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  for (const name of ['bob', 'bo', 'albert', 'carol']) await server.register(name);
  assert.deepEqual(await list(alice, {}), { online: ['albert', 'alice', 'bo', 'bob', 'carol'], next: '' });
  assert.deepEqual(await list(alice, { limit: 2 }), { online: ['albert', 'alice'], next: 'alice' });
  assert.deepEqual(await list(alice, { limit: 2, after: 'alice' }), { online: ['bo', 'bob'], next: 'bob' });
  assert.deepEqual(await list(alice, { limit: 2, after: 'bob' }), { online: ['carol'], next: '' });
  assert.deepEqual(await list(alice, { prefix: 'bo' }), { online: ['bo', 'bob'], next: '' });
  assert.deepEqual(await list(alice, { prefix: 'bo', after: 'bo' }), { online: ['bob'], next: '' });
  assert.deepEqual(await list(alice, { prefix: 'zz' }), { online: [], next: '' });
});

test('LIST refuses a limit above 500, and what cannot be part of a name', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  for (const query of [{ limit: 501 }, { prefix: '../' }, { after: 'A' }, { prefix: 'a'.repeat(33) }, { prefix: 'a\n' }]) {
    const client = await server.logIn(alice.account);
    assert.equal((await client.error(Opcode.LIST, ListRequestSchema, query)).code, 'malformed');
    assert.equal(await client.socket.closed, 1008);
  }
  await witness.check();
});

test('USER shows identity key and device list, by the exact name', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const { result } = await alice.ok(Opcode.USER, UserQuerySchema, { username: 'alice' });
  assert.equal(result.case, 'user');
  assert.deepEqual((result.value as { identityKey: Uint8Array }).identityKey, alice.account.identity.publicKey);
  assert.equal((await alice.error(Opcode.USER, UserQuerySchema, { username: 'al' })).code, 'unknown_user');
});

test('USER refuses what is no name', async (t) => {
  const server = await TestServer.start(t);
  const witness = await Witness.start(server);
  const alice = await server.register('alice');
  for (const username of ['../../etc/passwd', '', 'a', 'a'.repeat(33), 'Alice', "'; DROP TABLE users; --", 'ali\0ce']) {
    const client = await server.logIn(alice.account);
    assert.equal((await client.error(Opcode.USER, UserQuerySchema, { username })).code, 'malformed', username);
  }
  await witness.check();
});

test('two who agree to talk are told how the other is', async (t) => {
  const server = await TestServer.start(t);
  const [alice, bob, carol] = [await server.register('alice'), await server.register('bob'), await server.register('carol')];
  await talk(alice, bob);
  for (const [client, other] of [
    [alice, 'bob'],
    [bob, 'alice'],
  ] as const) {
    const { username, online } = await client.nextBody(Opcode.PRESENCE, PresenceSchema);
    assert.deepEqual([username, online], [other, true]);
  }
  await list(carol, {});
  assert.equal(carol.waiting(Opcode.PRESENCE), 0, 'nobody else is');
});

test('contacts learn when a user`s first device comes and the last one goes', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register(new Account('bob', { devices: 2 }));
  const carol = await server.register('carol');
  await talk(alice, bob);
  await alice.next(Opcode.PRESENCE);
  const second = await server.logIn(bob.account, { device: 1 });
  await second.leave();
  await bob.leave();
  const gone = await alice.nextBody(Opcode.PRESENCE, PresenceSchema);
  assert.deepEqual([gone.username, gone.online], ['bob', false]);
  const again = await server.logIn(bob.account);
  const back = await alice.nextBody(Opcode.PRESENCE, PresenceSchema);
  assert.deepEqual([back.username, back.online], ['bob', true]);

  // Who has been blocked, and who never talked with bob, learn nothing.
  await again.ok(Opcode.SETTINGS, SettingsSchema, { change: { case: 'block', value: 'alice' } });
  await again.leave();
  await list(alice, {});
  await list(carol, {});
  assert.equal(alice.waiting(Opcode.PRESENCE) + carol.waiting(Opcode.PRESENCE), 0);
});

test('pages hold each name once, whatever comes and goes (property)', () => {
  const name = fc.stringMatching(/^[a-c]{1,4}$/);
  fc.assert(
    fc.property(fc.array(name), fc.array(name), name, fc.integer({ min: 1, max: 5 }), (come, go, prefix, limit) => {
      const online = new Online<{ username: string; device: DeviceKey; number: number }>();
      const sessions = [...new Set(come)].map((username) => ({ username, device: `${username}/1` as const, number: 1 }));
      for (const session of sessions) online.enter(session);
      for (const session of sessions) if (go.includes(session.username)) online.leave(session);
      const names: string[] = [];
      let after = '';
      do {
        const page = online.page({ prefix, after, limit });
        names.push(...page.names);
        assert.ok(page.names.length <= limit);
        after = page.next;
      } while (after !== '');
      const expected = sessions.map(({ username }) => username).filter((n) => n.startsWith(prefix) && !go.includes(n));
      assert.deepEqual(names, expected.sort());
    }),
  );
});

test('an overtaken session does not take the place of a newer one', () => {
  const online = new Online<{ username: string; device: DeviceKey; number: number }>();
  const older = { username: 'alice', device: 'alice/1' as const, number: 1 };
  const newer = { ...older, number: 2 };
  assert.deepEqual(online.enter(newer), { replaced: undefined, isFirst: true });
  assert.equal(online.isOvertaken(older), true);
  assert.equal(online.isOvertaken(newer), false);
  assert.equal(online.leave(older), false);
  assert.equal(online.has('alice'), true);
});
