import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openSqliteStore, StoreError } from '@parley/server';
import { isDiskFull } from '../../packages/server/src/store/sqlite/disk-full.ts';
import { parley } from '../support/process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { SmallDisk, unlessMountable } from '../support/small-disk.ts';
import { tempFolder } from '../support/world.ts';

/** A server on a disk that is full for real. What it then answers: packages/server/test/full-disk.test.ts. */

const isFull = (error: unknown): boolean => error instanceof StoreError && error.reason === 'full';
const invite = (index: number) => ({
  tokenHash: new Uint8Array(32).fill(index & 0xff).fill(index >> 8, 0, 16),
  expiresMs: 1,
  uses: 1,
});

describe('a disk that is full', { skip: unlessMountable() }, () => {
  /** A small disk in a folder of its own, with a store on it. */
  async function start(bytes = 4_194_304) {
    const stack = new AsyncDisposableStack();
    const disk = stack.use(SmallDisk.mount(join(tempFolder(stack), 'disk'), bytes));
    return { stack, disk, file: join(disk.folder, 'parley.db') };
  }

  test('rolls a batch back whole, refuses nothing but writes, and takes them again when there is space', async () => {
    const { stack, disk, file } = await start();
    await using _ = stack;
    const store = await openSqliteStore(file);
    stack.defer(() => store.close());
    assert.equal(await store.raiseGeneration(), 1);
    await store.addInvite(invite(0));
    disk.fill({ leaving: 65_536 });

    const batch = [store.raiseGeneration(), ...Array.from({ length: 10_000 }, (_, index) => store.addInvite(invite(index)))];
    const read = [store.listUsers({ after: '', limit: 1 }), store.findUser('nobody')];
    const results = await Promise.allSettled(batch);
    assert.ok(results.every((result) => result.status === 'rejected' && isFull(result.reason)));
    assert.deepEqual(await Promise.all(read), [[], undefined], 'what was read in the same batch');

    disk.fill();
    await assert.rejects(async () => {
      for (;;) await store.raiseGeneration(); // until the log has no page left
    }, isFull);
    assert.deepEqual(await store.listUsers({ after: '', limit: 1 }), []);
    disk.free();
    const generation = await store.raiseGeneration();
    for (let more = 1; more <= 3; more += 1) assert.equal(await store.raiseGeneration(), generation + more);
    await Promise.all(Array.from({ length: 10_000 }, (_, index) => store.addInvite(invite(index))));
    await store.close();
    const again = await openSqliteStore(file);
    stack.defer(() => again.close());
    assert.equal(await again.raiseGeneration(), generation + 4);
  });

  test('nothing that was called after a write that is missing is there', async () => {
    const { stack, disk, file } = await start();
    await using _ = stack;
    const store = await openSqliteStore(file);
    stack.defer(() => store.close());
    await store.raiseGeneration();
    disk.fill({ leaving: 65_536 });
    const missing = Array.from({ length: 10_000 }, (_, index) => store.addInvite(invite(index)));
    let isKnown = false;
    const allMissing = Promise.allSettled(missing).then((results) => {
      isKnown = true;
      return results;
    });
    /** Called before anybody has heard that there is no space; what is called later may find some. */
    const behind: Promise<unknown>[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve)); // on its way
      const raised = store.raiseGeneration().catch((error: unknown) => error);
      if (!isKnown) behind.push(raised);
      await Promise.race([raised, new Promise((resolve) => setImmediate(resolve))]);
    }
    assert.ok((await allMissing).every((result) => result.status === 'rejected' && isFull(result.reason)));
    for (const result of await Promise.all(behind)) assert.ok(isFull(result), String(result));
    await new Promise((resolve) => setImmediate(resolve)); // whoever called has heard of it
    const generation = await store.raiseGeneration();
    assert.ok(generation >= 2 && generation <= 4 - behind.length, String(generation));
  });

  test('is full for a store that is opened', async () => {
    const { stack, disk, file } = await start(65_536);
    await using _ = stack;
    disk.fill();
    await assert.rejects(openSqliteStore(file), isFull);
    disk.free();
  });

  test('is told from other failures of writing by trying', async () => {
    const { stack, disk, file } = await start(1_048_576);
    await using _ = stack;
    const writeFailed = Object.assign(new Error('disk I/O error'), { errcode: 778 });
    const readFailed = Object.assign(new Error('disk I/O error'), { errcode: 266 });
    assert.equal(isDiskFull(writeFailed, file), false);
    disk.fill();
    assert.equal(isDiskFull(writeFailed, file), true);
    assert.equal(isDiskFull(readFailed, file), false);
    assert.equal(isDiskFull(new Error('something else'), file), false);
    disk.free();
    assert.deepEqual(readdirSync(disk.folder), [], 'nothing is left of the trial');
  });

  test('ends the start of a server with one line and exit code 5, however little space there is, and the next start works', async () => {
    const { stack, disk } = await start();
    await using _ = stack;
    const serve = ['serve', '--json', '--host', '127.0.0.1', '--port', '0', '--data', disk.folder];
    for (const leaving of [0, 8_192, 49_152]) {
      disk.fill({ leaving });
      const { code, stdout, stderr } = await parley(serve);
      assert.deepEqual([code, stdout], [5, ''], `${leaving} bytes: ${stderr}`);
      assert.match(stderr, /^parley: .* cannot be used: the disk is full: free some space\n$/);
      disk.free();
    }
    const server = await ServerProcess.start({ dataFolder: disk.folder }, true);
    assert.equal(await server.stop(), 0);

    disk.fill();
    const { code, stderr } = await parley(serve);
    assert.equal(code, 5, stderr);
    assert.match(stderr, /the disk is full: free some space\n$/);
    const refused = await parley(['invite', '--data', disk.folder]);
    assert.equal(refused.code, 5, refused.stderr);
    assert.match(refused.stderr, /the disk is full: free some space\n$/);
    disk.free();
    const again = await ServerProcess.start({ dataFolder: disk.folder }, false);
    assert.equal(await again.stop(), 0);
  });
});
