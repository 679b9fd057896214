import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ServerProcess } from '../support/server-process.ts';
import { befriend, World } from '../support/world.ts';

const AUTHORITY = ['ca.key', 'ca.pem', 'server.key', 'server.pem', 'crl.pem', 'issued.json'];

test('a copy made as docs/operating.md says, while the server runs, is a server with everything that had its OK', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await bob.quit();
  alice.send({ do: 'send', to: 'bob', text: 'while you were away', id: '1' });
  await alice.next('sent', { id: '1' });

  const copy = join(world.folder, 'copy');
  mkdirSync(copy, { mode: 0o700 });
  for (const file of AUTHORITY) copyFileSync(join(world.serverFolder, file), join(copy, file));
  const database = new DatabaseSync(join(world.serverFolder, 'parley.db'));
  database.exec(`VACUUM INTO '${join(copy, 'parley.db')}'`);
  database.close();
  assert.equal(await alice.quit(), 0);
  const { port } = world.server;
  await world.server.stop();

  const restored = await ServerProcess.start({ dataFolder: copy, port }, false);
  world.defer(() => restored.kill());
  const again = world.start('bob');
  await again.next('message', { from: 'alice', text: 'while you were away' });
});
