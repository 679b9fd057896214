import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parley } from '../support/process.ts';
import { tempFolder, World } from '../support/world.ts';

test('wrong usage ends with 2 and one line on stderr', async () => {
  for (const wrong of [
    ['no-such-command'],
    ['serve', '--no-such-option'],
    ['serve', '--port', 'abc'],
    ['serve', '--port', '65536'],
    ['join'],
    ['join', 'not an invite', 'alice'],
    ['chat', 'alice@localhost:10000', '--json', 'too-many'],
  ]) {
    await using stack = new AsyncDisposableStack();
    const { code, stdout, stderr } = await parley(wrong, { cwd: tempFolder(stack) });
    assert.equal(code, 2, `${wrong.join(' ')}: ${code} ${stderr}`);
    assert.equal(stdout, '');
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});

test('join refuses names that are no usernames, before it asks any server', async () => {
  await using world = await World.start();
  for (const name of ['../../etc/passwd', 'a', 'Alice', 'alice ', 'al/ice', '.al', 'x'.repeat(33), 'álice', '']) {
    const folder = world.clientFolder('nobody');
    const { code, stderr } = await parley(['join', world.invite, name, '--json', '--data', folder]);
    assert.equal(code, 2, `${JSON.stringify(name)}: ${stderr}`);
    assert.deepEqual(existsSync(folder) ? globSync('**/*', { cwd: folder }) : [], [], 'nothing is left in the folder');
  }
});

test('join without a server ends with 3', async () => {
  await using world = await World.start();
  await world.server.stop();
  const { code, stderr } = await parley(['join', world.invite, 'alice', '--json', '--data', world.clientFolder('alice')]);
  assert.equal(code, 3, stderr);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
});

test('join with a name that is taken ends with 4 and says so', async () => {
  await using world = await World.start();
  await world.join('alice');
  const { code, stderr } = await parley(['join', world.invite, 'alice', '--json', '--data', world.clientFolder('other')]);
  assert.equal(code, 4, stderr);
  assert.match(stderr, /taken/);
});

test('chat with a wrong passphrase or a damaged vault ends with 5', async () => {
  await using world = await World.start();
  await world.join('alice');
  const chat = ['chat', world.account('alice'), '--json', '--data', world.clientFolder('alice')];
  const wrong = await parley(chat, { env: { PARLEY_PASSPHRASE: 'not that one' } });
  assert.equal(wrong.code, 5, wrong.stderr);
  assert.equal(wrong.stderr.trim().split('\n').length, 1, wrong.stderr);

  const files = globSync('**/*', { cwd: world.clientFolder('alice') }).map((file) => join(world.clientFolder('alice'), file));
  const largest = files.filter((file) => statSync(file).isFile()).sort((a, b) => statSync(b).size - statSync(a).size)[0];
  assert.ok(largest);
  const bytes = readFileSync(largest);
  bytes.fill(0x5a, 100);
  writeFileSync(largest, bytes);
  truncateSync(largest, Math.floor(bytes.length / 2));
  const damaged = await parley(chat);
  assert.equal(damaged.code, 5, damaged.stderr);
});

test('chat with an account that this folder does not have says which it needs', async () => {
  await using world = await World.start();
  await world.join('alice');
  const { code, stderr } = await parley(['chat', world.account('bob'), '--json', '--data', world.clientFolder('alice')]);
  assert.notEqual(code, 0);
  assert.match(stderr, /bob/);
});

test('files that hold secrets are for their owner alone', async () => {
  await using world = await World.start();
  await world.join('alice');
  for (const folder of [world.serverFolder, world.clientFolder('alice')]) {
    assert.equal(statSync(folder).mode & 0o077, 0, folder);
  }
  for (const key of ['ca.key', 'server.key']) {
    assert.equal(statSync(join(world.serverFolder, key)).mode & 0o777, 0o600, key);
  }
});

test('join prints user, server and a phrase of 24 words; with one account chat needs no name', async () => {
  await using world = await World.start();
  const joined = await world.join('alice');
  assert.equal(joined.user, 'alice');
  assert.equal(joined.server, `localhost:${world.server.port}`);
  assert.equal(joined.phrase.split(' ').length, 24);
  const { code, stdout } = await parley(['chat', '--json', '--data', world.clientFolder('alice')], {
    input: '{"do":"quit"}\n',
  });
  assert.equal(code, 0);
  assert.match(stdout, /"event":"ready"/);
});
