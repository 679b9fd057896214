import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { type Finished, parley } from '../support/process.ts';
import { alterVault, runFor, vaultFile } from '../support/vaults.ts';
import { befriend, say, World } from '../support/world.ts';

const COMMANDS = ['chat', 'listen', 'devices', 'export', 'passphrase'];
const env = { PARLEY_NEW_PASSPHRASE: 'another' };

/** It ended with 5 and one line, and has printed nothing else. */
function assertRefused({ code, stdout, stderr }: Finished, says: RegExp, about: string): void {
  assert.deepEqual([code, stdout], [5, ''], `${about}: ${stderr}`);
  assert.match(stderr, /^parley: [^\n]*\n$/, about);
  assert.match(stderr, says, about);
}

test('a vault that cannot be opened: exit code 5, and one line that says what to do', async (t) => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  for (let i = 0; i < 10; i += 1) await say(['alice', alice], ['bob', bob], `message ${i}`.padEnd(50 * i), String(i));
  const file = vaultFile(world, 'alice');

  await t.test('while another process has it open: every command says so, and the first goes on', async () => {
    for (const command of COMMANDS) {
      assertRefused(
        await runFor(world, 'alice', [command], { env }),
        /is open in another parley process: close that one, then try again$/m,
        command,
      );
    }
    await say(['bob', bob], ['alice', alice], 'still there?', 'still');
    assert.equal(await alice.quit(), 0);
  });
  const whole = readFileSync(file);
  const before = await runFor(world, 'alice', ['export', '--json']);
  assert.equal(before.code, 0, before.stderr);

  await t.test('with a wrong passphrase, also where it was copied to', async () => {
    const copy = join(world.folder, 'elsewhere', basename(file));
    mkdirSync(join(copy, '..'));
    copyFileSync(file, copy);
    const wrong = { env: { ...env, PARLEY_PASSPHRASE: 'not that one' } };
    for (const command of COMMANDS) {
      assertRefused(await runFor(world, 'alice', [command], wrong), /the passphrase is wrong: try again$/m, command);
    }
    assertRefused(await parley(['export', '--data', join(copy, '..')], wrong), /the passphrase is wrong: try again$/m, 'a copy');
  });

  await t.test('cut, wherever it is', async () => {
    const { length } = whole;
    for (const left of [0, 100, 4_096, Math.floor(length / 2), length - 4_096, length - 1]) {
      truncateSync(file, left);
      assertRefused(await runFor(world, 'alice', ['export'], { env }), /is damaged .*restore it from a backup/, `cut to ${left}`);
      writeFileSync(file, whole);
    }
    truncateSync(file, length - 5_000);
    for (const command of COMMANDS)
      assertRefused(await runFor(world, 'alice', [command], { env }), /is damaged .*restore it from a backup/, command);
    writeFileSync(file, whole);
  });

  await t.test('altered somewhere: it is refused as damaged, or the history is what it was', async () => {
    const places = 10;
    let refused = 0;
    for (let place = 0; place < places; place += 1) {
      const altered = Buffer.from(whole);
      const from = Math.floor((whole.length / places) * place) + (place === 0 ? 0 : 137);
      for (let i = from; i < from + 64; i += 1) altered[i] = (altered[i] ?? 0) ^ 0xa5;
      writeFileSync(file, altered);
      const finished = await runFor(world, 'alice', ['export', '--json']);
      if (finished.code === 0) assert.equal(finished.stdout, before.stdout, `at ${from}`);
      else assertRefused({ ...finished, stdout: '' }, /is damaged .*restore it from a backup/, `at ${from}`);
      if (finished.code !== 0) refused += 1;
    }
    assert.ok(refused > 0, `${refused} of ${places}`);
    writeFileSync(file, whole);
  });

  await t.test('of a newer version: to update is what helps, no backup', async () => {
    alterVault(file, 'PRAGMA user_version = 99');
    for (const command of COMMANDS) {
      const finished = await runFor(world, 'alice', [command], { env });
      assertRefused(finished, /was made by a newer parley than this one: update this one$/m, command);
    }
    writeFileSync(file, whole);
  });

  await t.test('what was put back as it was opens again', async () => {
    assert.equal((await runFor(world, 'alice', ['export', '--json'])).stdout, before.stdout);
  });
});
