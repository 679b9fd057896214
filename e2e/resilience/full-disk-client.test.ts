import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PASSPHRASE, parley } from '../support/process.ts';
import { SmallDisk, unlessMountable } from '../support/small-disk.ts';
import { befriend, say, World } from '../support/world.ts';

const FULL = /^parley: .* the disk is full: free some space, then try again\n$/;

describe('a client whose disk is full', { skip: unlessMountable() }, () => {
  test('ends with exit code 5 and one line, and what was sent meanwhile is there once after a restart', async () => {
    await using world = await World.start();
    const disk = world.mountFor('alice', 4_194_304);
    const [alice, bob] = await world.enterAll('alice', 'bob');
    await befriend(['alice', alice], ['bob', bob]);
    await say(['bob', bob], ['alice', alice], 'before', '0');

    disk.fill();
    for (let id = 1; id <= 20; id += 1) bob.send({ do: 'send', to: 'alice', text: `${'x'.repeat(20_000)}${id}`, id: String(id) });
    assert.equal(await alice.ended(), 5);
    assert.match(alice.stderr, FULL);
    await bob.collect('sent', 21);
    const early = world.start('alice');
    assert.equal(await early.ended(), 5);
    assert.match(early.stderr, FULL);

    disk.free();
    const again = world.start('alice');
    await again.next('ready');
    await say(['bob', bob], ['alice', again], 'after', '21');
    await say(['alice', again], ['bob', bob], 'back', '1');
    const shown = [alice, early, again].flatMap(({ events }) => events.filter(({ event }) => event === 'message'));
    const numbers = shown.map(({ text }) => String(text).replace(/^x+/, ''));
    assert.deepEqual(numbers, ['before', ...Array.from({ length: 20 }, (_, index) => String(index + 1)), 'after']);
    assert.equal(await again.quit(), 0);
  });

  test('joins wholly or not at all', async () => {
    await using world = await World.start();
    const disk = world.mountFor('alice', 4_194_304);
    const join = ['join', world.invite, 'alice', '--json', '--data', world.clientFolder('alice')];
    const files = (): string[] => readdirSync(disk.folder).filter((name) => name !== 'ballast');
    const left = new Set<string>();
    for (let leaving = 0; ; leaving += 12_288) {
      disk.fill({ leaving });
      const { code, stdout, stderr } = await parley(join);
      if (code === 0) break;
      assert.deepEqual([code, stdout], [5, ''], `${leaving} bytes: ${stderr}`);
      assert.match(stderr, FULL);
      // Once the server has been told the vault has to stay: the same join completes it.
      left.add(files().join());
      const joined = (await parley(['user', 'list', '--json', '--data', world.serverFolder])).stdout !== '';
      if (!joined) assert.deepEqual(files(), [], `${leaving} bytes`);
      disk.free();
    }
    disk.free();
    assert.ok(left.has(''), 'a join has found no space for its vault');
    const alice = world.start('alice');
    await alice.next('ready', { user: 'alice' });
    assert.equal(await alice.quit(), 0);
  });

  test('changes a passphrase wholly or, as it says then, not at all', async () => {
    await using world = await World.start();
    const disk = SmallDisk.mount(world.clientFolder('alice'), 4_194_304);
    world.defer(() => disk[Symbol.dispose]());
    await world.join('alice');
    let now = PASSPHRASE;
    for (const leaving of [0, 16_384, 32_768, 65_536]) {
      disk.fill({ leaving });
      const next = `with ${leaving} bytes left`;
      const env = { PARLEY_PASSPHRASE: now, PARLEY_NEW_PASSPHRASE: next };
      const { code, stderr } = await parley(['passphrase', '--data', disk.folder], { env });
      disk.free();
      if (code === 0) now = next;
      else assert.deepEqual([code, FULL.test(stderr)], [5, true], stderr);
      const opened = await parley(['export', '--data', disk.folder], { env: { PARLEY_PASSPHRASE: now } });
      assert.equal(opened.code, 0, `${next}, after ${stderr === '' ? 'no error' : stderr}: ${opened.stderr}`);
    }
    assert.notEqual(now, PASSPHRASE);
  });

  test('says so where what it prints goes to a file that takes only the beginning of it', async () => {
    await using world = await World.start();
    const disk = SmallDisk.mount(join(world.folder, 'exports'), 65_536);
    world.defer(() => disk[Symbol.dispose]());
    const [alice, bob] = await world.enterAll('alice', 'bob');
    await befriend(['alice', alice], ['bob', bob]);
    await say(['bob', bob], ['alice', alice], 'x'.repeat(20_000), '1');
    await alice.quit();
    disk.fill({ leaving: 8_192 });
    const file = join(disk.folder, 'history');
    const { code, stderr } = await parley(['export', '--data', world.clientFolder('alice')], {
      under: ['sh', '-c', `exec "$0" "$@" > '${file}'`],
    });
    assert.ok(statSync(file).size > 0);
    assert.equal(code, 1);
    assert.match(stderr, /^parley: cannot write to standard output \(ENOSPC.*\n$/);
  });
});
