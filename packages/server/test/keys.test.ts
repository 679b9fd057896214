import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KEY_CLAIMS_PER_HOUR, KEY_PACKAGES_LOW, MAX_DEVICES, MAX_KEY_PACKAGE, MAX_KEY_PACKAGES, Opcode } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { KeysRequestSchema, type KeysResult, type Ok } from '@parley/protocol/wire';
import { DATABASE, openSqliteStore, type Store } from '../src/index.ts';
import { ManualClock } from './support/manual-clock.ts';
import { TestServer, talk } from './support/server.ts';

function keysOf({ result }: Ok): KeysResult {
  assert.equal(result.case, 'keys');
  return result.value as KeysResult;
}

function some(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => crypto.randomBytes(50));
}

test('publishes KeyPackages and gives each one-time one away once, then the last resort', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  await talk(alice, bob);
  const oneTime = some(2);
  const [lastResort] = some(1);
  const published = await bob.ok(Opcode.KEYS, KeysRequestSchema, {
    what: { case: 'publish', value: { oneTime, lastResort: lastResort! } },
  });
  assert.equal(keysOf(published).low, true);

  const claim = { what: { case: 'claim' as const, value: { username: 'bob', deviceIds: [bob.account.device().deviceId] } } };
  const claimed: string[] = [];
  for (let i = 0; i < 4; i++) {
    const { keyPackages } = keysOf(await alice.ok(Opcode.KEYS, KeysRequestSchema, claim));
    assert.deepEqual(keyPackages[0]!.deviceId, bob.account.device().deviceId);
    claimed.push(Buffer.from(keyPackages[0]!.keyPackage).toString('hex'));
  }
  const hex = [...oneTime, lastResort!, lastResort!].map((bytes) => Buffer.from(bytes).toString('hex'));
  assert.deepEqual(claimed.sort(), hex.sort());
});

test('says when few are left', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const enough = await alice.ok(Opcode.KEYS, KeysRequestSchema, {
    what: { case: 'publish', value: { oneTime: some(KEY_PACKAGES_LOW) } },
  });
  assert.equal(keysOf(enough).low, false);
});

test('refuses a claim where no consent stands', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  await server.register('bob');
  const deviceIds = [crypto.randomBytes(8)];
  for (const username of ['bob', 'nobody']) {
    const { code } = await alice.error(Opcode.KEYS, KeysRequestSchema, {
      what: { case: 'claim', value: { username, deviceIds } },
    });
    assert.equal(code, 'no_consent', username);
  }
});

test('says keys_exhausted where there are none', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const deviceIds = [alice.account.device().deviceId];
  const { code } = await alice.error(Opcode.KEYS, KeysRequestSchema, {
    what: { case: 'claim', value: { username: 'alice', deviceIds } },
  });
  assert.equal(code, 'keys_exhausted');
});

test('says with rate_limited how long to wait', async (t) => {
  const server = await TestServer.start(t, { clock: new ManualClock() });
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  await talk(alice, bob);
  await bob.ok(Opcode.KEYS, KeysRequestSchema, { what: { case: 'publish', value: { oneTime: some(KEY_CLAIMS_PER_HOUR + 1) } } });
  const claim = { what: { case: 'claim' as const, value: { username: 'bob', deviceIds: [bob.account.device().deviceId] } } };
  for (let i = 0; i < KEY_CLAIMS_PER_HOUR; i++) await alice.ok(Opcode.KEYS, KeysRequestSchema, claim);
  const { code, retryAfterMs } = await alice.error(Opcode.KEYS, KeysRequestSchema, claim);
  assert.deepEqual({ code, retryAfterMs }, { code: 'rate_limited', retryAfterMs: 3_600_000 });
});

test('has few claims of one connection under way at once, since each may be answered with much', async (t) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  const store = await openSqliteStore(join(dataFolder, DATABASE));
  let underWay = 0;
  let mostAtOnce = 0;
  const claimKeys: Store['claimKeys'] = async (claim) => {
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    const claimed = await store.claimKeys(claim);
    underWay -= 1;
    return claimed;
  };
  const server = await TestServer.start(t, { dataFolder, store: { ...store, claimKeys } });
  const alice = await server.register('alice');
  const deviceIds = Array.from({ length: MAX_DEVICES }, () => crypto.randomBytes(8));
  const claim = { what: { case: 'claim' as const, value: { username: 'alice', deviceIds } } };
  const replies = Array.from({ length: 200 }, () => alice.error(Opcode.KEYS, KeysRequestSchema, claim));
  for (const { code } of await Promise.all(replies)) assert.equal(code, 'keys_exhausted');
  assert.ok(mostAtOnce > 1 && mostAtOnce * MAX_DEVICES * MAX_KEY_PACKAGE < 5 * 1_024 * 1_024, `${mostAtOnce} at once`);
});

test('refuses KEYS of the wrong form', async (t) => {
  const server = await TestServer.start(t);
  const { account } = await server.register('alice');
  const id = account.device().deviceId;
  const bad = {
    malformed: [
      { what: { case: undefined } },
      { what: { case: 'publish' as const, value: {} } },
      { what: { case: 'publish' as const, value: { oneTime: [new Uint8Array(0)] } } },
      { what: { case: 'claim' as const, value: { username: 'bob', deviceIds: [] } } },
      { what: { case: 'claim' as const, value: { username: '../bob', deviceIds: [id] } } },
      { what: { case: 'claim' as const, value: { username: 'bob', deviceIds: [id.subarray(1)] } } },
      { what: { case: 'claim' as const, value: { username: 'bob', deviceIds: Array<Uint8Array>(17).fill(id) } } },
    ],
    too_large: [
      { what: { case: 'publish' as const, value: { oneTime: some(MAX_KEY_PACKAGES + 1) } } },
      { what: { case: 'publish' as const, value: { oneTime: [crypto.randomBytes(MAX_KEY_PACKAGE + 1)] } } },
      { what: { case: 'publish' as const, value: { lastResort: crypto.randomBytes(MAX_KEY_PACKAGE + 1) } } },
    ],
  };
  for (const [code, bodies] of Object.entries(bad)) {
    for (const body of bodies) {
      const client = await server.logIn(account);
      assert.equal((await client.error(Opcode.KEYS, KeysRequestSchema, body)).code, code);
      assert.equal(await client.socket.closed, 1008);
    }
  }
});
