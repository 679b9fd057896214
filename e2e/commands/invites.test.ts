import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInvite } from '@parley/protocol';
import { parseJsonLine } from '../support/json-lines.ts';
import { parley } from '../support/process.ts';
import { World } from '../support/world.ts';

async function makeInvite(world: World, ...options: string[]): Promise<{ url: string; web: string }> {
  const { code, stdout, stderr } = await parley(['invite', '--data', world.serverFolder, '--json', ...options]);
  assert.equal(code, 0, stderr);
  return parseJsonLine(stdout.trim()) as { url: string; web: string };
}

test('invite works while the server runs, knows its port, and lets a user in', async () => {
  await using world = await World.start();
  const { url, web } = await makeInvite(world);
  assert.ok(url.startsWith(`parley://localhost:${world.server.port}/#ca=`), url);
  assert.ok(web.startsWith(`http://localhost:${world.server.port}/#join=`), web);
  assert.deepEqual(parseInvite(web), parseInvite(url));
  await world.join('alice', url);
  await world.join('bob', web);
});

test('an invite for one use lets one user in and not a second', async () => {
  await using world = await World.start();
  const { url } = await makeInvite(world, '--uses', '1');
  await world.join('alice', url);
  const { code, stderr } = await parley(['join', url, 'bob', '--json', '--data', world.clientFolder('bob')]);
  assert.equal(code, 4, stderr);
  assert.match(stderr, /invite/);
});

test('a token that was never given out lets nobody in', async () => {
  await using world = await World.start();
  const forged = world.invite.replace(/token=.*$/, `token=${Buffer.alloc(16, 7).toString('base64url')}`);
  const { code, stderr } = await parley(['join', forged, 'alice', '--json', '--data', world.clientFolder('alice')]);
  assert.equal(code, 4, stderr);
  assert.match(stderr, /invite/);
});

test('an invite with the pin of another CA is refused before the token is shown', async () => {
  await using world = await World.start();
  const forged = world.invite.replace(/ca=[^&]*/, `ca=${Buffer.alloc(32, 7).toString('base64url')}`);
  const { code, stderr } = await parley(['join', forged, 'alice', '--json', '--data', world.clientFolder('alice')]);
  assert.equal(code, 4, stderr);
  assert.match(stderr, /ca_pin|pin/);
  await world.join('alice'); // the token is as good as before
});

test('user list shows who has joined', async () => {
  await using world = await World.start();
  await world.join('alice');
  await world.join('bob');
  const { code, stdout, stderr } = await parley(['user', 'list', '--data', world.serverFolder, '--json']);
  assert.equal(code, 0, stderr);
  const users = stdout
    .trim()
    .split('\n')
    .map((line) => parseJsonLine(line).user);
  assert.deepEqual(users, ['alice', 'bob']);
});
