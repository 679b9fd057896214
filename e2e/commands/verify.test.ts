import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderUnicodeCompact } from 'uqr';
import { parseJsonLine } from '../support/json-lines.ts';
import { parley } from '../support/process.ts';
import { runFor } from '../support/vaults.ts';
import { World } from '../support/world.ts';

const DEVICE = /^[0-9a-f]{16} {2}since \d{4}-\d\d-\d\d {2}first device/;

test('verify shows the number of the request at both ends, without a server, as digits and as a QR code', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  alice.send({ do: 'request', user: 'bob' });
  const safetyNumber = String((await bob.next('request', { from: 'alice' })).safetyNumber);
  await bob.quit();
  await alice.quit();
  await world.server.stop();
  const verify = (user: string, ...args: string[]) =>
    parley(['verify', ...args, '--account', world.account(user), '--data', world.clientFolder(user)]);

  const { code, stdout, stderr } = await verify('bob', 'alice');
  assert.deepEqual([code, stderr], [0, '']);
  const digits = stdout.split('\n').filter((line) => /^ {2}(\d{5} ){5}\d{5}$/.test(line));
  assert.equal(digits.map((line) => line.trim()).join(' '), safetyNumber);
  assert.ok(stdout.includes(renderUnicodeCompact(safetyNumber.replaceAll(' ', ''))), stdout);
  assert.match(stdout, /^Safety number of bob and alice:\n/);
  assert.match(stdout, /\nHave alice run "parley verify bob" and compare, face to face or by phone: .*\n/);
  assert.match(stdout, /\nDevice of alice: [0-9a-f]{16} .*\nYou and alice have not agreed to talk\.\n$/);

  const json = await verify('bob', 'alice', '--json');
  const { devices, ...facts } = parseJsonLine(json.stdout.trim());
  assert.deepEqual(facts, { user: 'alice', safetyNumber, canTalk: false, blocked: false, identityChanged: false });
  const own = await runFor(world, 'alice', ['devices', '--json']);
  assert.deepEqual(
    (devices as object[]).map((device) => ({ ...device, current: true })),
    [parseJsonLine(own.stdout.trim())],
  );

  const unknown = await verify('alice', 'bob');
  assert.deepEqual([unknown.code, unknown.stdout], [2, '']);
  assert.match(unknown.stderr, /^parley: bob is not known here yet: .*\n$/);
  assert.equal((await verify('alice', 'B')).code, 2);
});

test('devices shows those of the account, without a server; both commands need the vault for themselves', async () => {
  await using world = await World.start();
  const alice = await world.enter('alice');
  const locked = await runFor(world, 'alice', ['devices']);
  assert.equal(locked.code, 5);
  assert.equal((await parley(['verify', 'bob', '--data', world.clientFolder('alice')])).code, 5);
  await alice.quit();
  await world.server.stop();
  const { code, stdout, stderr } = await runFor(world, 'alice', ['devices']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, DEVICE);
  assert.match(stdout, / \(this one\)\n$/);
  const [line = ''] = (await runFor(world, 'alice', ['devices', '--json'])).stdout.split('\n');
  const { createdAt, ...rest } = parseJsonLine(line);
  assert.ok(Math.abs(Date.now() - Number(createdAt)) < 3_600_000);
  assert.deepEqual(rest, { id: stdout.slice(0, 16), name: 'first device', current: true });
});
