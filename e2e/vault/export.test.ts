import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ScriptClient } from '../support/script-client.ts';
import { alterVault, exported, runFor, vaultFile } from '../support/vaults.ts';
import { befriend, say, World } from '../support/world.ts';

/** Alice has talked with bob and with carol, and all have gone; the server too. */
async function afterTalks(): Promise<{ world: World; ids: unknown[] }> {
  const world = await World.start();
  const [alice, bob, carol] = await world.enterAll('alice', 'bob', 'carol');
  await befriend(['alice', alice], ['bob', bob]);
  await befriend(['alice', alice], ['carol', carol]);
  const said: [string, ScriptClient, string, ScriptClient, string][] = [
    ['alice', alice, 'bob', bob, 'one\nof two lines'],
    ['bob', bob, 'alice', alice, '\u001b[31mtwo\u202e'],
    ['carol', carol, 'alice', alice, 'between'],
    ['alice', alice, 'bob', bob, 'three'],
  ];
  const ids: unknown[] = [];
  for (const [from, sender, to, receiver, text] of said) {
    ids.push((await say([from, sender], [to, receiver], text, text)).id);
  }
  await world.server.stop();
  await alice.next('offline');
  alice.send({ do: 'send', to: 'carol', text: 'later', id: 'later' });
  for (const client of [alice, bob, carol]) await client.quit();
  return { world, ids };
}

test('export writes what was said, without a server: for programs, for people, into a file', async (t) => {
  const { world: started, ids } = await afterTalks();
  await using world = started;

  await t.test('--json has one object a line, each conversation in order, with the ids that the events had', async () => {
    const lines = await exported(world, 'alice');
    assert.deepEqual(
      lines.map(({ conversation, from, text, kind, state }) => [conversation, from, text, kind, state]),
      [
        ['bob', 'alice', 'one\nof two lines', 'text', 'sent'],
        ['bob', 'bob', '\u001b[31mtwo\u202e', 'text', undefined],
        ['bob', 'alice', 'three', 'text', 'sent'],
        ['carol', 'carol', 'between', 'text', undefined],
        ['carol', 'alice', 'later', 'text', 'waiting'],
      ],
    );
    assert.deepEqual(
      lines.slice(0, 4).map(({ id }) => id),
      [ids[0], ids[1], ids[3], ids[2]],
    );
    for (const { at } of lines) assert.ok(typeof at === 'number' && Math.abs(Date.now() - at) < 3_600_000);
    const { stdout } = await runFor(world, 'alice', ['export', '--json']);
    assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u, 'harmless on a terminal');
  });

  await t.test('the other end has the same under the same ids', async () => {
    const [alice, bob] = [await exported(world, 'alice', '--with', 'bob'), await exported(world, 'bob')];
    const brief = (lines: typeof bob) => lines.map(({ id, from, text, at }) => ({ id, from, text, at }));
    assert.deepEqual(brief(bob), brief(alice));
  });

  await t.test('text has a heading for each conversation, ISO times and marks, and nothing that moves a cursor', async () => {
    const { code, stdout, stderr } = await runFor(world, 'alice', ['export']);
    assert.deepEqual([code, stderr], [0, '']);
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    const expected = [
      'Conversation with bob',
      '',
      `${time} alice: one`,
      ` {24} alice: of two lines`,
      `${time} bob: \ufffd\\[31mtwo\ufffd`,
      `${time} alice: three`,
      '',
      'Conversation with carol',
      '',
      `${time} carol: between`,
      `${time} alice \\(waits to be sent\\): later`,
      '',
    ];
    assert.match(stdout, new RegExp(`^${expected.join('\n')}$`));
  });

  await t.test('--with takes one conversation, and says which there are where there is none', async () => {
    const lines = await exported(world, 'alice', '--with', 'carol');
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['between', 'later'],
    );
    const { code, stdout, stderr } = await runFor(world, 'alice', ['export', '--with', 'dave']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^parley: .*no conversation with dave \(there are those with: bob, carol\)\n$/);
  });

  await t.test('--output makes a file for its owner alone', async () => {
    const file = join(world.folder, 'history.txt');
    const { code, stdout, stderr } = await runFor(world, 'alice', ['export', '--output', file]);
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(file, 'utf8'), (await runFor(world, 'alice', ['export'])).stdout);
  });

  await t.test('--output leaves a file that is there as it is, and ends with 2', async () => {
    const file = join(world.folder, 'mine.txt');
    writeFileSync(file, 'mine');
    const { code, stderr } = await runFor(world, 'alice', ['export', '--output', file]);
    assert.equal(code, 2);
    assert.match(stderr, /^parley: .*mine\.txt exists already: choose another name.*\n$/);
    assert.equal(readFileSync(file, 'utf8'), 'mine');
  });

  await t.test('--output in a folder that is not there ends with 2', async () => {
    const { code, stderr } = await runFor(world, 'alice', ['export', '--output', join(world.folder, 'none', 'x')]);
    assert.equal(code, 2);
    assert.match(stderr, /^parley: cannot write .*: choose another place\n$/);
  });

  await t.test('--output leaves no half file where a message turns out to be damaged, and ends with 5', async () => {
    const broken = "SET box = CAST(substr(box, 1, 40) || x'00' || substr(box, 42) AS BLOB)";
    alterVault(
      vaultFile(world, 'alice'),
      `UPDATE row ${broken} WHERE collection = 8 AND ord = (SELECT min(ord) FROM row WHERE collection = 8)`,
    );
    const file = join(world.folder, 'half.txt');
    const { code, stderr } = await runFor(world, 'alice', ['export', '--output', file]);
    assert.equal(code, 5);
    assert.match(stderr, /^parley: .*is damaged .*backup.*\n$/);
    assert.equal(existsSync(file), false);
  });
});

test('export of an account that has talked with nobody prints nothing, and is no error', async () => {
  await using world = await World.start();
  await world.join('alice');
  const { code, stdout, stderr } = await runFor(world, 'alice', ['export']);
  assert.deepEqual([code, stdout, stderr], [0, '', '']);
});
