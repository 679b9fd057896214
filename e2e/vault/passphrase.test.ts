import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { openTerminal } from '../support/answering.ts';
import { PASSPHRASE, parley } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { exportedTexts, runFor, vaultFile } from '../support/vaults.ts';
import { befriend, say, World } from '../support/world.ts';

const NEW = 'staple battery horse correct';
/** Ctrl+D. */
const END_OF_INPUT = '\u0004';
const old = { env: { PARLEY_PASSPHRASE: PASSPHRASE } };

test('passphrase seals the vault anew: the old one opens it no more, and all that was there still is', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await say(['alice', alice], ['bob', bob], 'hello', '1');
  await alice.quit();
  const copy = join(world.folder, 'copy', basename(vaultFile(world, 'alice')));
  mkdirSync(join(copy, '..'));
  copyFileSync(vaultFile(world, 'alice'), copy);

  const wrong = await runFor(world, 'alice', ['passphrase'], { env: { PARLEY_PASSPHRASE: 'x', PARLEY_NEW_PASSPHRASE: NEW } });
  assert.equal(wrong.code, 5);
  assert.match(wrong.stderr, /^parley: the passphrase is wrong: try again\n$/);
  const none = await runFor(world, 'alice', ['passphrase'], old);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /new passphrase.*--new-passphrase-file FILE or set PARLEY_NEW_PASSPHRASE/);
  assert.deepEqual(await exportedTexts(world, 'alice'), ['hello'], 'neither has changed anything');

  const file = join(world.folder, 'new');
  writeFileSync(file, `${NEW}\n`);
  const changed = await runFor(world, 'alice', ['passphrase', '--new-passphrase-file', file], old);
  assert.deepEqual([changed.code, changed.stderr], [0, '']);
  assert.match(changed.stdout, /alice@localhost:\d+ opens with the new passphrase alone/);

  for (const command of ['chat', 'export', 'passphrase']) {
    const { code, stderr } = await runFor(world, 'alice', [command], { env: { ...old.env, PARLEY_NEW_PASSPHRASE: 'y' } });
    assert.equal(code, 5, command);
    assert.match(stderr, /^parley: the passphrase is wrong/);
  }
  const again = world.start('alice', { env: { PARLEY_PASSPHRASE: NEW } });
  await again.next('ready');
  await say(['bob', bob], ['alice', again], 'still there?', '2');
  await again.quit();

  const there = await parley(['export', '--data', join(copy, '..')], old);
  assert.equal(there.code, 0, 'as it says: a copy made before opens with the old one');
  assert.match(there.stdout, /hello/);
});

test('passphrase on a terminal asks for the old one once and the new one twice, and shows none of them', {
  skip: unlessInstalled('script'),
}, async () => {
  await using world = await World.start();
  await world.join('alice');
  const terminal = openTerminal(['passphrase', '--data', world.clientFolder('alice')]);
  await terminal.answer('Passphrase: ', PASSPHRASE);
  await terminal.answer('Choose a passphrase: ', NEW);
  await terminal.answer('Repeat the passphrase: ', 'something else');
  assert.equal(await terminal.ended(), 2);
  assert.match(terminal.shown(), /differ/);

  const second = openTerminal(['passphrase', '--data', world.clientFolder('alice')]);
  await second.answer('Passphrase: ', PASSPHRASE);
  await second.answer('Choose a passphrase: ', NEW);
  await second.answer('Repeat the passphrase: ', NEW);
  assert.equal(await second.ended(), 0);
  for (const secret of [PASSPHRASE, NEW]) assert.ok(!(terminal.shown() + second.shown()).includes(secret));
  const { code } = await runFor(world, 'alice', ['export'], { env: { PARLEY_PASSPHRASE: NEW } });
  assert.equal(code, 0);
});

test('a recovery phrase that is not given at the terminal is called so, and nothing is made', {
  skip: unlessInstalled('script'),
}, async () => {
  await using world = await World.start();
  const terminal = openTerminal(['join', world.invite, 'alice', '--recover', '--data', world.clientFolder('alice')]);
  await terminal.answer('Recovery phrase (24 words): ', END_OF_INPUT);
  assert.equal(await terminal.ended(), 2);
  assert.match(terminal.shown(), /parley: no recovery phrase was given/);
  assert.ok(!existsSync(world.clientFolder('alice')));
});
