import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CrowdProcess } from '../support/crowd-process.ts';
import { parseJsonLine } from '../support/json-lines.ts';
import { parley } from '../support/process.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { befriend, World } from '../support/world.ts';

const MESSAGES = 50;

test('20 users in 10 pairs talk at the same time, and nobody sees what is not theirs', async () => {
  await using world = await World.start();
  const names = Array.from({ length: 20 }, (_, index) => `user${String(index).padStart(2, '0')}`);
  const clients = await enterInTurns(world, names);
  assert.deepEqual(await clients[0]!.list(), names);

  const pairs = Array.from({ length: 10 }, (_, pair) => [2 * pair, 2 * pair + 1] as const);
  await Promise.all(pairs.map(([a, b]) => befriend([names[a]!, clients[a]!], [names[b]!, clients[b]!])));
  for (const [a, b] of pairs) {
    sendMany(clients[a]!, names[a]!, names[b]!);
    sendMany(clients[b]!, names[b]!, names[a]!);
  }
  await Promise.all(pairs.flatMap(([a, b]) => [expectMany(clients[a]!, names[b]!), expectMany(clients[b]!, names[a]!)]));
  assert.deepEqual(
    await Promise.all(clients.map((client) => client.quit())),
    clients.map(() => 0),
  );
});

test('200 users in 100 pairs, SDK clients in four processes, talk at the same time', async () => {
  await using world = await World.start();
  const { stdout } = await parley(['invite', '--data', world.serverFolder, '--uses', '200', '--json']);
  const invite = String(parseJsonLine(stdout.trim()).url);
  const crowds = [0, 50, 100, 150].map(
    (first) => new CrowdProcess({ invite, folder: world.folder, first, count: 50, messages: 20 }),
  );
  for (const crowd of crowds) {
    world.defer(() => crowd.kill());
  }
  assert.deepEqual(
    await Promise.all(crowds.map((crowd) => crowd.line(0))),
    crowds.map(() => ({ ready: 50 })),
  );
  const watcher = await world.enter('watcher');
  assert.equal((await watcher.list()).length, 201);

  for (const crowd of crowds) {
    crowd.go();
  }
  for (const crowd of crowds) {
    assert.deepEqual(await crowd.line(1), { received: 50 * 20, problems: [] });
  }
  assert.deepEqual(await Promise.all(crowds.map((crowd) => crowd.end())), [0, 0, 0, 0]);
  assert.deepEqual(await watcher.list(), ['watcher']);
});

/** Two at a time: each join derives a key from its passphrase. */
async function enterInTurns(world: World, names: readonly string[]): Promise<ScriptClient[]> {
  const clients: ScriptClient[] = [];
  for (let index = 0; index < names.length; index += 2) {
    clients.push(...(await Promise.all(names.slice(index, index + 2).map((name) => world.enter(name)))));
  }
  return clients;
}

function sendMany(client: ScriptClient, from: string, to: string): void {
  const commands = Array.from({ length: MESSAGES }, (_, index) => ({
    do: 'send',
    to,
    text: `${from} to ${to}, ${index}`,
    id: String(index),
  }));
  client.send(...commands);
}

async function expectMany(client: ScriptClient, from: string): Promise<void> {
  const messages = await client.collect('message', MESSAGES);
  await client.list(); // what should not have come would have come before this answer
  const all = client.events.filter(({ event }) => event === 'message');
  assert.equal(all.length, messages.length);
  for (const [index, message] of all.entries()) {
    assert.equal(message.from, from);
    assert.match(String(message.text), new RegExp(`^${from} to \\w+, ${index}$`));
  }
}
