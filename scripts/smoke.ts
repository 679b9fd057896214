/**
 * Two people talk over the real commands: a server, two users who join with its invite, a request, its acceptance, a message
 * each way, quit. Prints what it saw; ends with 1 at the first thing that did not happen.
 */
import assert from 'node:assert/strict';
import { befriend, say, World } from '../e2e/support/world.ts';

const startedMs = Date.now();
await using world = await World.start();
console.log(`server: listening on ${world.server.host}:${world.server.port}, CA ${world.server.ca}`);

const [alice, bob] = await world.enterAll('alice', 'bob');
console.log(`alice and bob joined and are ready; alice sees ${(await alice.list()).join(', ')}`);

await befriend(['alice', alice], ['bob', bob]);
console.log('alice asked to talk, bob accepted');

for (const [from, to, text] of [
  [['alice', alice], ['bob', bob], 'Hello Bob'],
  [['bob', bob], ['alice', alice], 'Hello Alice'],
] as const) {
  const message = await say([...from], [...to], text, '1');
  console.log(`${to[0]} sees ${JSON.stringify({ from: message.from, text: message.text })}`);
}

assert.equal(await alice.quit(), 0, 'exit code of alice');
assert.equal(await bob.quit(), 0, 'exit code of bob');
assert.equal(await world.server.stop(), 0, 'exit code of the server');
console.log(`all quit with 0; ${((Date.now() - startedMs) / 1_000).toFixed(1)} s`);
