import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { createVault, openVault } from '../../src/vault/sqlite.ts';
import { type Change, VaultError } from '../../src/vault/vault.ts';

const PASSPHRASE = 'correct horse battery staple';
const bytes = (text: string) => new TextEncoder().encode(text);

async function freshFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-vault-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'data', 'alice.vault');
}

/** Every byte in the folder of the vault. */
async function allBytes(file: string): Promise<Buffer> {
  const folder = join(file, '..');
  const names = await readdir(folder);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}

describe('the file of a vault', () => {
  it('can be read by its owner alone, as its folder and its log', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, PASSPHRASE);
    await vault.write([{ put: { collection: 'seen', key: 'x', value: bytes('x') } }]);
    const folder = join(file, '..');
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.deepEqual((await readdir(folder)).sort(), ['alice.vault', 'alice.vault-wal']);
    for (const name of await readdir(folder)) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
    await vault.close();
  });

  it('shows no text, name, group or key in any byte of file and log', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, 'canary-passphrase');
    const secret = Uint8Array.from({ length: 32 }, (_, i) => 200 - i);
    await vault.write([
      { put: { collection: 'account', key: 'canary-self', value: secret } },
      { put: { collection: 'message', key: 'canary-id', group: 'canary-group', order: 5, value: bytes('canary-text') } },
    ]);
    const open = await allBytes(file);
    await vault.close();
    for (const seen of [open, await allBytes(file)]) {
      assert.equal(seen.includes('canary'), false);
      assert.equal(seen.includes(secret), false);
      assert.equal(seen.includes(secret.subarray(0, 8)), false);
    }
  });

  it('gives short messages of different lengths the same size', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, PASSPHRASE);
    const puts = [1, 50, 150].map((length) => ({
      put: { collection: 'message', key: `id-${length}`.padEnd(32), group: 'g', order: length, value: new Uint8Array(length) },
    })) satisfies Parameters<typeof vault.write>[0];
    await vault.write(puts);
    await vault.close();
    const database = new DatabaseSync(file);
    const lengths = database.prepare('SELECT DISTINCT length(box) AS n FROM row').all();
    database.close();
    assert.equal(lengths.length, 1);
  });

  it('has nothing left of a deleted or replaced row after it was closed', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, PASSPHRASE);
    const put = (value: Uint8Array) => vault.write([{ put: { collection: 'mls-secrets', key: 'c', value } }]);
    await put(new Uint8Array(3_000));
    await vault.close();
    const old = box(file);
    const again = await openVault(file, PASSPHRASE);
    await again.write([{ put: { collection: 'mls-secrets', key: 'c', value: new Uint8Array(10) } }]);
    await again.close();
    assert.ok(old.length > 3_000);
    assert.equal(containsPart(await allBytes(file), old), false);
  });

  it('has nothing left in its log of a row replaced 64 transactions ago', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, PASSPHRASE);
    await vault.write([{ put: { collection: 'mls-secrets', key: 'c', value: new Uint8Array(3_000) } }]);
    await vault.close();
    const old = box(file);
    const again = await openVault(file, PASSPHRASE);
    for (let i = 0; i < 64; i++) await again.write([{ put: { collection: 'mls-secrets', key: 'c', value: new Uint8Array(10) } }]);
    const seen = await allBytes(file);
    await again.close();
    assert.equal(containsPart(seen, old), false);
  });

  it('has nothing left of a row that was erased, in file or log, also where its page was divided or joined', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, PASSPHRASE);
    // As in a client's life: messages stay, what is told and sent comes and goes between them.
    const quickly = { sync: false };
    const size = (i: number) => (i % 10 === 0 ? 3_000 : (i * 37) % 600);
    for (let i = 0; i < 800; i++) {
      const changes: Change[] = [
        { put: { collection: 'message', key: `m${i}`, group: 'g', order: i, value: new Uint8Array(size(i)) } },
        { put: { collection: 'seen', key: `m${i}`, order: i, value: new Uint8Array(0) } },
        { put: { collection: 'mls-secrets', key: `c${i % 5}`, value: new Uint8Array(2_000 + ((i * 53) % 900)) } },
        { put: { collection: 'event', key: 'e', value: new Uint8Array(size(i) + 100) } },
      ];
      await vault.write(changes, quickly);
      await vault.write([{ delete: { collection: 'event', key: 'e' } }], quickly);
      if (i % 3 === 0) await vault.write([{ put: { collection: 'outbox', key: `o${i}`, value: new Uint8Array(300) } }], quickly);
      if (i % 3 === 2) await vault.write([{ delete: { collection: 'outbox', key: `o${i - 2}` } }], quickly);
    }
    await vault.close();
    const whole = await readFile(file);
    const isThereTwice = (value: Uint8Array) => {
      const first = whole.indexOf(value.subarray(0, 32));
      return first !== -1 && whole.indexOf(value.subarray(0, 32), first + 1) !== -1;
    };
    const moved = rowsOf(file, 'SELECT ord, box FROM row WHERE collection = 8').filter(({ box: value }) => isThereTwice(value));
    assert.ok(moved.length > 0, 'secure_delete alone is not enough');
    const again = await openVault(file, PASSPHRASE);
    const changes = moved.map(({ ord }) => ({ delete: { collection: 'message', key: `m${ord}` } }) as const);
    await again.write(changes, { erase: true });
    const seen = await allBytes(file);
    await again.close();
    assert.equal(moved.filter(({ box: value }) => containsPart(seen, value)).length, 0);
  });

  it('erases when it is opened what a crash, or a full disk, left to be erased', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, PASSPHRASE);
    await vault.write([{ put: { collection: 'message', key: 'm', group: 'g', order: 1, value: new Uint8Array(300) } }]);
    await vault.write([{ put: { collection: 'seen', key: 's', value: new Uint8Array(0) } }], { erase: true });
    await vault.close();
    const [{ box: deleted = new Uint8Array(0) } = {}] = rowsOf(file, 'SELECT ord, box FROM row WHERE collection = 8');
    const database = new DatabaseSync(file);
    assert.equal(database.prepare('PRAGMA application_id').get()?.application_id, 0, 'nothing is left to be erased');
    database.exec('PRAGMA secure_delete = OFF; BEGIN; DELETE FROM row WHERE collection = 8; PRAGMA application_id = 1; COMMIT');
    database.close();
    assert.equal(containsPart(await allBytes(file), deleted), true, 'the test leaves something');
    const again = await openVault(file, PASSPHRASE);
    assert.equal(containsPart(await allBytes(file), deleted), false);
    await again.close();
  });

  it('has nothing left of the old envelope after a change of passphrase', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, PASSPHRASE);
    await vault.close();
    const old = column(file, 'SELECT bytes FROM envelope');
    const again = await openVault(file, PASSPHRASE);
    await again.changePassphrase(PASSPHRASE, 'new');
    const seen = await allBytes(file);
    await again.close();
    assert.equal(seen.includes(old.subarray(7, 23)), false);
  });

  it('is taken over by create when a crash left it without a vault', async (t) => {
    const file = await freshFile(t);
    await (await createVault(file, PASSPHRASE)).close();
    await writeFile(file, '');
    await (await createVault(file, 'second')).close();
    await (await openVault(file, 'second')).close();
  });

  it('says io when the system does not let it be written', {
    skip: process.getuid?.() === 0 && 'root may write anything',
  }, async (t) => {
    const file = await freshFile(t);
    await (await createVault(file, PASSPHRASE)).close();
    await chmod(file, 0o400);
    await assert.rejects(openVault(file, PASSPHRASE), { code: 'io' });
  });

  it('says io when its folder cannot be made', async (t) => {
    const file = await freshFile(t);
    await writeFile(join(file, '..'), 'a file where the folder should be');
    await assert.rejects(createVault(file, PASSPHRASE), { code: 'io' });
  });
});

describe('a file that was altered', () => {
  it('is refused as damaged when it is cut, anywhere', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, PASSPHRASE);
    await vault.write([{ put: { collection: 'mls-tree', key: 't', value: new Uint8Array(20_000) } }]);
    await vault.close();
    const whole = await readFile(file);
    for (const length of [0, 1, 99, 100, 4_095, 4_096, 8_192, whole.length - 4_096, whole.length - 500]) {
      await writeFile(file, whole);
      await truncate(file, length);
      await assert.rejects(openVault(file, PASSPHRASE), { code: 'damaged' }, `cut to ${length}`);
    }
  });

  it('is refused as damaged when it is no database', async (t) => {
    const file = await freshFile(t);
    await (await createVault(file, PASSPHRASE)).close();
    await writeFile(file, 'something else '.repeat(1_000));
    await assert.rejects(openVault(file, PASSPHRASE), { code: 'damaged', message: /backup/ });
  });

  it('is refused as damaged when its envelope is altered', async (t) => {
    const file = await freshFile(t);
    await (await createVault(file, PASSPHRASE)).close();
    const bytesBefore = column(file, 'SELECT bytes FROM envelope');
    for (const index of [0, 1, 5, 8, 30, 50, bytesBefore.length - 1]) {
      const altered = bytesBefore.slice();
      altered[index] = altered[index]! ^ 1;
      alter(file, 'UPDATE envelope SET bytes = ?', altered);
      await assert.rejects(openVault(file, PASSPHRASE), { code: 'damaged' }, `byte ${index}`);
    }
    alter(file, 'UPDATE envelope SET bytes = ?', bytesBefore);
    await (await openVault(file, PASSPHRASE)).close();
  });

  it('is refused as damaged when its schema has anything more', async (t) => {
    const file = await freshFile(t);
    await (await createVault(file, PASSPHRASE)).close();
    alter(file, 'CREATE TRIGGER t AFTER INSERT ON row BEGIN DELETE FROM row; END');
    await assert.rejects(openVault(file, PASSPHRASE), { code: 'damaged' });
  });

  it('is refused when a newer parley made it', async (t) => {
    const file = await freshFile(t);
    await (await createVault(file, PASSPHRASE)).close();
    alter(file, 'PRAGMA user_version = 2');
    await assert.rejects(openVault(file, PASSPHRASE), { code: 'newer', message: /a newer parley .*: update this one$/ });
  });

  it('gives the right value or an error, never another value, whichever byte is changed', async (t) => {
    const file = await freshFile(t);
    const vault = await createVault(file, PASSPHRASE);
    const value = (i: number) => bytes(`value ${i} `.repeat(20));
    await vault.write(
      Array.from({ length: 20 }, (_, i) => ({
        put: { collection: 'message', key: `m${i}`, group: 'g', order: i, value: value(i) } as const,
      })),
    );
    await vault.close();
    const whole = await readFile(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (index, change) => {
        const altered = Buffer.from(whole);
        altered[index] = altered[index]! ^ change;
        await writeFile(file, altered);
        try {
          const opened = await openVault(file, PASSPHRASE);
          try {
            for (const row of await opened.scan('message', { group: 'g' })) assert.deepEqual(row.value, value(row.order!));
            for (let i = 0; i < 20; i++) assert.deepEqual((await opened.get('message', `m${i}`)) ?? value(i), value(i));
          } finally {
            await opened.close();
          }
        } catch (error) {
          assert.ok(error instanceof VaultError, String(error));
          assert.ok(['damaged', 'wrong_passphrase'].includes(error.code), error.message);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a row that was moved', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-vault-'));
    file = join(folder, 'alice.vault');
    const vault = await createVault(file, PASSPHRASE);
    const row = (key: string, group: string, order: number) => ({
      put: { collection: 'message', key, group, order, value: bytes(key) } as const,
    });
    await vault.write([row('a', 'one', 1), row('b', 'one', 2), row('c', 'two', 1)]);
    await vault.close();
  });
  after(() => rm(folder, { recursive: true }));

  const ordered = 'SELECT id FROM row ORDER BY id LIMIT 1';
  const moves = {
    'does not open over another row': `UPDATE row SET box = (SELECT box FROM row ORDER BY id DESC LIMIT 1) WHERE id = (${ordered})`,
    'does not open in another group': `UPDATE row SET grp = (SELECT grp FROM row ORDER BY id DESC LIMIT 1) WHERE id = (${ordered})`,
    'does not open without its group': `UPDATE row SET grp = NULL WHERE id = (${ordered})`,
    'does not open at another order': `UPDATE row SET ord = 9 WHERE id = (${ordered})`,
    'does not open under another name': `UPDATE row SET name = x'000102030405060708090a0b0c0d0e0f' WHERE id = (${ordered})`,
    'does not open with a byte more': `UPDATE row SET box = CAST(box || x'00' AS BLOB) WHERE id = (${ordered})`,
  };
  for (const [name, sql] of Object.entries(moves)) {
    it(name, async () => {
      const whole = await readFile(file);
      alter(file, sql);
      const vault = await openVault(file, PASSPHRASE);
      await assert.rejects(vault.scan('message'), { name: 'VaultError', code: 'damaged' });
      await vault.close();
      await writeFile(file, whole);
    });
  }

  it('does not open in another collection', async () => {
    const whole = await readFile(file);
    alter(file, `UPDATE row SET collection = 9 WHERE id = (${ordered})`);
    const vault = await openVault(file, PASSPHRASE);
    await assert.rejects(vault.scan('outbox'), { code: 'damaged' });
    await vault.close();
    await writeFile(file, whole);
  });
});

describe('a process that is killed', () => {
  it('loses no acknowledged write, tears none apart, and lets go of the lock', async (t) => {
    const file = await freshFile(t);
    await (await createVault(file, PASSPHRASE)).close();
    for (let round = 0; round < 3; round++) {
      const writer = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), file, PASSPHRASE]);
      const exit = once(writer, 'exit');
      let durable = 0;
      for await (const line of createInterface(writer.stdout)) {
        durable = Number(line);
        if (durable === 1)
          await assert.rejects(openVault(file, PASSPHRASE), { code: 'locked', message: /another parley process/ });
        if (durable === 20 + 37 * round) writer.kill('SIGKILL');
      }
      await exit;
      const vault = await openVault(file, PASSPHRASE);
      const secrets = Number(new TextDecoder().decode(await vault.get('mls-secrets', 'conversation')));
      const [newest] = await vault.scan('message', { group: 'conversation', reverse: true, limit: 1 });
      assert.ok(secrets >= durable && durable > 0);
      assert.equal(newest?.order, secrets);
      await vault.write((await vault.scan('message')).map(({ key }) => ({ delete: { collection: 'message', key } as const })));
      await vault.close();
    }
  });
});

function box(file: string): Uint8Array {
  return column(file, 'SELECT box FROM row');
}

function column(file: string, sql: string): Uint8Array {
  const database = new DatabaseSync(file);
  const [value] = Object.values(database.prepare(sql).get() ?? {});
  database.close();
  assert.ok(value instanceof Uint8Array);
  return value;
}

function rowsOf(file: string, sql: string): { ord: number; box: Uint8Array }[] {
  const database = new DatabaseSync(file);
  const rows = database.prepare(sql).all();
  database.close();
  return rows as { ord: number; box: Uint8Array }[];
}

function alter(file: string, sql: string, ...values: Uint8Array[]): void {
  const database = new DatabaseSync(file);
  database.prepare(sql).run(...values);
  database.close();
}

/** A page holds a piece of a row, so pieces are looked for. */
function containsPart(haystack: Buffer, needle: Uint8Array): boolean {
  for (let i = 0; i + 32 <= needle.length; i += 32) if (haystack.includes(needle.subarray(i, i + 32))) return true;
  return false;
}
