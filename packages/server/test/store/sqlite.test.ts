import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { MAILBOX_LIFETIME_MS } from '@parley/protocol';
import { MIGRATIONS } from '../../src/store/sqlite/schema.ts';
import { openSqliteStore, type SqliteOptions, type SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { storeCompliance } from './compliance.ts';
import { ALL, bytes, deviceEntry, tokenHash, World } from './world.ts';

const makeFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'parley-store-'));
const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

storeCompliance('SQLite store', async () => {
  const folder = await makeFolder();
  return {
    open: (mailboxes = {}) => openSqliteStore(join(folder, 'parley.db'), { mailboxes }),
    remove: () => removeFolder(folder),
  };
});

describe('SQLite store alone', () => {
  let folder: string;
  let file: string;
  let opened: SqliteStore[];
  beforeEach(async () => {
    folder = await makeFolder();
    file = join(folder, 'parley.db');
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await removeFolder(folder);
  });

  async function open(options?: SqliteOptions): Promise<SqliteStore> {
    const store = await openSqliteStore(file, options);
    opened.push(store);
    return store;
  }
  /** Does something to the file as a second process would, and closes it. */
  function meddle(sql: string): void {
    using db = new DatabaseSync(file);
    db.exec(sql);
  }
  const fails = (reason: string) => (error: unknown) => error instanceof StoreError && error.reason === reason;

  test('keeps everything that was resolved when it is killed in the middle of writes', async () => {
    const writer = spawn(process.execPath, [join(import.meta.dirname, 'sqlite-writer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const resolved: bigint[] = [];
    for await (const line of createInterface({ input: writer.stdout })) {
      resolved.push(BigInt(line));
      if (resolved.length === 500) {
        const second = await openSqliteStore(file);
        await second.addInvite({ tokenHash: tokenHash('meanwhile'), expiresMs: 2 ** 45, uses: 1 });
        await second.close();
      }
      if (resolved.length === 1_500) writer.kill('SIGKILL');
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
    assert.equal(writer.signalCode, 'SIGKILL');

    const store = await open();
    const { key } = deviceEntry('bert', 1);
    const stored = (await store.readMailbox(key, 0n, 1_000_000, ALL)).map((item) => item.position);
    assert.deepEqual(
      resolved.filter((position) => !stored.includes(position)),
      [],
    );
    const first = stored[0]!;
    assert.deepEqual(
      stored,
      stored.map((_, index) => first + BigInt(index)),
      'what was called later is not there without what was called before',
    );
    const world = new World(store);
    assert.equal(
      await store.register(world.registration('carl', 1, { proof: { tokenHash: tokenHash('meanwhile') } })),
      'registered',
    );
  });

  test('commits 1,000 calls of one turn in one transaction', async () => {
    const store = await open();
    const world = new World(store);
    const calls = Array.from({ length: 1_000 }, (_, index) => world.invite(`user${index}`));
    await Promise.all(calls);
    assert.deepEqual(store.stats, { calls: 1_000, transactions: 1 });
  });

  test('commits what is called while a transaction is under way in one more', async () => {
    const store = await open();
    const world = new World(store);
    const first = world.invite('first');
    const later: Promise<void>[] = [];
    await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 5; turn += 1) later.push(world.invite(`turn ${turn}`));
    await Promise.all([first, ...later]);
    assert.deepEqual(store.stats, { calls: 6, transactions: 2 });
  });

  test('writes for a message that is withheld too, so that the wait for OK tells nothing', async () => {
    const store = await open();
    const world = new World(store);
    const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
    const conversation = await world.conversation(anna, bert);
    await store.setBlocked({ by: bert, user: 'anna', blocked: true, nowMs: world.nowMs });
    await store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries: [world.delivery(bert)] });
    using db = new DatabaseSync(file);
    assert.equal(db.prepare("SELECT value FROM counters WHERE name = 'withheld'").get()?.value, 1);
  });

  test('makes its files for the owner alone, also where one was there with a wider mode', async () => {
    await writeFile(file, '');
    await chmod(file, 0o644);
    const store = await open();
    await store.raiseGeneration();
    for (const name of [file, `${file}-wal`, `${file}-shm`]) assert.equal((await stat(name)).mode & 0o777, 0o600, name);
  });

  test('brings a database of version 1 to this version, with all that is in it', async () => {
    {
      using db = new DatabaseSync(file);
      db.exec(MIGRATIONS[0] ?? '');
      db.exec('PRAGMA user_version = 1');
      const { key, deviceId, channelKey, signatureKey } = deviceEntry('bert', 1);
      db.prepare("INSERT INTO users VALUES ('bert', ?, ?, 1, 7, 0)").run(bytes('identity bert', 32), bytes('list'));
      db.prepare("INSERT INTO devices VALUES (3, ?, 'bert', ?, ?, ?, 5, 9)").run(key, deviceId, channelKey, signatureKey);
      db.prepare('INSERT INTO mailbox VALUES (3, ?, 5, ?), (3, ?, 5, ?)').run(10n, bytes('one', 100), 11n, bytes('two', 50));
      db.exec("INSERT INTO consents VALUES ('anna', 'bert', 7)");
      db.prepare('INSERT INTO conversations VALUES (4, ?, 1, 83, 6)').run(bytes('conversation'));
      db.exec("INSERT INTO conversation_users VALUES (4, 'anna'), (4, 'bert')");
      db.prepare('INSERT INTO members VALUES (4, ?)').run(key);
    }
    const startedMs = Date.now();
    const store = await open({ mailboxes: { maxBytes: 200 } });
    // The time that goes on is that of the newest it has.
    const timeMs = await store.resumeTime(7);
    assert.ok(timeMs >= startedMs - 2_000 && timeMs <= Date.now());
    const { key } = deviceEntry('bert', 1);
    const positions = async () => (await store.readMailbox(key, 0n, 10, ALL)).map(({ position }) => position);
    assert.deepEqual(await positions(), [10n, 11n]);
    assert.deepEqual((await store.findUser('bert'))?.devices, [deviceEntry('bert', 1)]);
    assert.deepEqual(await store.contacts('anna'), ['bert']);
    assert.deepEqual(await store.findConversation(bytes('conversation')), {
      conversation: bytes('conversation'),
      epoch: 6n,
      users: ['anna', 'bert'],
      members: [key],
      isOpen: false, // anna has no device here
    });
    const opened = await store.openSession({ device: key, channelKey: deviceEntry('bert', 1).channelKey });
    assert.equal(opened?.acked, 9n);

    // Its mailbox is as old as the migration, and its bytes count.
    assert.deepEqual(await store.expire(startedMs + MAILBOX_LIFETIME_MS - 2_000), { mailboxes: 0 });
    const by = { device: key, session: opened?.session ?? 0 };
    const put = (position: bigint, length: number) => {
      const delivery = { device: key, position, opcode: 18, body: new Uint8Array(length), atMs: startedMs };
      return store.appendRejoin({ by, deliveries: [delivery] });
    };
    assert.equal(await put(12n, 51), 'ok');
    assert.deepEqual(await positions(), [11n, 12n], 'the REJOIN of a drop has the place of the newest item');
  });

  test('drops a mailbox of version 1 when it is old enough', async () => {
    {
      using db = new DatabaseSync(file);
      db.exec(MIGRATIONS[0] ?? '');
      db.exec("PRAGMA user_version = 1; INSERT INTO users VALUES ('bert', x'', x'', 1, 7, 0)");
      db.exec(
        "INSERT INTO devices VALUES (3, 'bert/1', 'bert', x'', x'', x'', 5, 9); INSERT INTO mailbox VALUES (3, 10, 5, x'00')",
      );
    }
    const store = await open();
    assert.deepEqual(await store.expire(Date.now() + MAILBOX_LIFETIME_MS), { mailboxes: 1 });
  });

  test('refuses a file with a newer schema and leaves it as it is', async () => {
    await (await open()).close();
    meddle('PRAGMA user_version = 99');
    await assert.rejects(open(), (error: unknown) => {
      assert.ok(error instanceof StoreError);
      assert.equal(error.reason, 'newer_schema');
      assert.match(error.message, /schema version 99.*use a newer one/);
      return true;
    });
    using db = new DatabaseSync(file);
    assert.equal(db.prepare('PRAGMA user_version').get()?.user_version, 99);
  });

  test('refuses a file that is no database', async () => {
    await writeFile(file, 'This is not a database. '.repeat(100));
    await assert.rejects(open(), fails('broken'));
  });

  test('refuses a file in a folder that does not exist', async () => {
    await assert.rejects(openSqliteStore(join(folder, 'nowhere', 'parley.db')), fails('broken'));
  });

  test('can be opened by several at once, the first time too', async () => {
    const stores = await Promise.all([open(), open(), open(), open()]);
    const generations = await Promise.all(stores.map((store) => store.raiseGeneration()));
    assert.deepEqual(generations.sort(), [1, 2, 3, 4]);
  });

  test('waits for another process that is writing', async () => {
    const store = await open();
    using other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE; UPDATE counters SET value = 7 WHERE name = 'generation'");
    const raised = store.raiseGeneration();
    await new Promise((resolve) => setImmediate(resolve));
    other.exec('COMMIT');
    assert.equal(await raised, 8);
  });

  test('is broken when another process writes for too long', async () => {
    const store = await open({ busyTimeoutMs: 1 });
    using other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await assert.rejects(store.raiseGeneration(), fails('broken'));
  });

  test('rejects a whole batch, keeps nothing of it and stays broken when SQLite fails', async () => {
    const store = await open();
    const world = new World(store);
    const [anna] = await world.user('anna');
    meddle('DROP TABLE mailbox');
    const batch = [world.invite('before'), store.ack({ by: anna, position: 1n }), world.invite('after')];
    for (const result of await Promise.allSettled(batch)) {
      assert.ok(result.status === 'rejected' && fails('broken')(result.reason));
    }
    await assert.rejects(store.findUser('anna'), fails('broken'));
    await store.close();
    using db = new DatabaseSync(file);
    assert.equal(db.prepare('SELECT count(*) AS invites FROM invites WHERE uses_left > 0').get()?.invites, 0);
  });

  test('rejects calls after it is closed', async () => {
    const store = await open();
    await store.close();
    await assert.rejects(store.findUser('anna'), fails('closed'));
  });

  test('rejects a number that is no safe integer as a fault of the caller, and goes on', async () => {
    const store = await open();
    await assert.rejects(store.addInvite({ tokenHash: tokenHash('x'), expiresMs: 1.5, uses: 1 }), RangeError);
    assert.equal(await store.findUser('anna'), undefined);
  });

  test('lets a suspended user neither log in nor recover, and says so', async () => {
    const store = await open();
    const world = new World(store);
    const [anna] = await world.user('anna');
    meddle('UPDATE users SET suspended = 1');
    assert.equal(await store.openSession(anna), undefined);
    const recovery = world.registration('anna', 2, { proof: 'recovery', version: 2n });
    assert.deepEqual(await store.register(recovery), { refused: 'auth_failed' });
    assert.equal((await store.findUser('anna'))?.suspended, true);
    assert.equal((await store.listUsers({ after: '', limit: 1 }))[0]?.suspended, true);
  });
});
