import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parley } from '../support/process.ts';
import { unlessMountable } from '../support/small-disk.ts';
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
});
