import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseInvite, seedFromPhrase } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { type Canary, find, findInFolder, keyCanaries, textCanaries } from '../support/canaries.ts';
import { PASSPHRASE } from '../support/process.ts';
import { RecordingProxy } from '../support/recording-proxy.ts';
import { ScriptClient } from '../support/script-client.ts';
import { befriend, say, World } from '../support/world.ts';

const TEXT_OF_ALICE = 'the heron stands at the weir';
const TEXT_OF_BOB = 'geraniums on the windowsill';
/** Names long enough not to turn up by chance. */
const ALICE = 'alice-in-the-reeds';
const BOB = 'bob-under-the-bridge';

/** A whole life: join, request, accept, messages while both are on line and while one is away, quit. */
async function live(world: World, port: number): Promise<{ phrases: string[]; written: string }> {
  const invite = world.invite.replace(/localhost:\d+/, `localhost:${port}`);
  const { phrase: phraseOfAlice } = await world.join(ALICE, invite);
  const { phrase: phraseOfBob } = await world.join(BOB, invite);
  const start = (user: string): ScriptClient => {
    const client = new ScriptClient(`${user}@localhost:${port}`, world.clientFolder(user));
    world.defer(() => client.kill());
    return client;
  };
  const alice = start(ALICE);
  const bob = start(BOB);
  await Promise.all([alice.next('ready'), bob.next('ready')]);
  await alice.list();
  await befriend([ALICE, alice], [BOB, bob]);
  await say([ALICE, alice], [BOB, bob], TEXT_OF_ALICE, '1');
  await say([BOB, bob], [ALICE, alice], TEXT_OF_BOB, '1');
  await bob.quit();
  alice.send({ do: 'send', to: BOB, text: `${TEXT_OF_ALICE} again`, id: '2' });
  await alice.next('sent', { id: '2' });
  await alice.quit();
  return { phrases: [phraseOfAlice, phraseOfBob], written: alice.stderr + bob.stderr };
}

const texts: Canary[] = [...textCanaries(TEXT_OF_ALICE), ...textCanaries(TEXT_OF_BOB)];

function keysOf(world: World, phrases: readonly string[]): Canary[] {
  const seeds = phrases.flatMap((phrase) => keyCanaries('an identity seed', seedFromPhrase(phrase)));
  return [...seeds, ...keyCanaries('the invite token', parseInvite(world.invite).token)];
}

test('no text, no key, no token and no user name crosses the socket', async () => {
  await using world = await World.start();
  await using proxy = await RecordingProxy.start(world.server.port);
  const { phrases } = await live(world, proxy.port);

  const publicKeys = phrases.flatMap((phrase) =>
    keyCanaries('a public identity key', nodeCrypto.ed25519.publicKey(seedFromPhrase(phrase))),
  );
  const names = [...textCanaries(ALICE), ...textCanaries(BOB)];
  const { recorded } = proxy;
  assert.ok(recorded.length > 10_000, 'the proxy saw the sessions');
  assert.deepEqual(find(textCanaries('GET /parley'), recorded).length, 1, 'the search finds what is there');
  assert.deepEqual(find([...texts, ...keysOf(world, phrases), ...publicKeys, ...names], recorded), []);
});

test("no text and no secret key is in the server's files, its log or what it prints", async () => {
  await using world = await World.start();
  const { phrases } = await live(world, world.server.port);
  const secrets = [...texts, ...keysOf(world, phrases)];
  const sought = (): string[] => findInFolder(secrets, world.serverFolder);

  assert.ok(findInFolder(textCanaries(ALICE), world.serverFolder).length > 0, 'the search finds what is there');
  assert.deepEqual(sought(), [], 'while it runs');
  const printed = world.server.output.replace(world.invite, '');
  await world.server.stop();
  assert.deepEqual(sought(), [], 'after it has stopped');
  const unprinted = [...secrets, ...textCanaries(ALICE), ...textCanaries(BOB)].filter(
    ({ name }) => !name.startsWith('the invite token'),
  );
  assert.deepEqual(find(unprinted, Buffer.from(printed)), []);
});

test("no text, key, name or passphrase is in a client's files", async () => {
  await using world = await World.start();
  const { phrases, written } = await live(world, world.server.port);
  const secrets = [
    ...texts,
    ...keysOf(world, phrases),
    ...phrases.flatMap((phrase) => textCanaries(phrase.split(' ').slice(0, 4).join(' '))),
    ...textCanaries(PASSPHRASE),
  ];
  for (const user of [ALICE, BOB]) {
    assert.deepEqual(findInFolder(secrets, world.clientFolder(user)), []);
  }
  assert.deepEqual(findInFolder([...textCanaries(BOB)], world.clientFolder(ALICE)), [], 'with whom one talks is sealed too');
  assert.deepEqual(find([...secrets], Buffer.from(written)), []);
});

test("no text, key, name or passphrase is in any byte of a client's files or log, while it runs and after it was killed", async () => {
  await using world = await World.start();
  const phrases = [(await world.join(ALICE)).phrase, (await world.join(BOB)).phrase];
  const [alice, bob] = [world.start(ALICE), world.start(BOB)];
  await Promise.all([alice.next('ready'), bob.next('ready')]);
  await befriend([ALICE, alice], [BOB, bob]);
  const { id } = await say([ALICE, alice], [BOB, bob], TEXT_OF_ALICE, '1');
  await say([BOB, bob], [ALICE, alice], TEXT_OF_BOB, '1');
  const publicKeys = phrases.flatMap((phrase) =>
    keyCanaries('a public identity key', nodeCrypto.ed25519.publicKey(seedFromPhrase(phrase))),
  );
  const secrets = [
    ...texts,
    ...keysOf(world, phrases),
    ...publicKeys,
    ...keyCanaries('the id of a message', Buffer.from(String(id), 'hex')),
    ...[ALICE, BOB, PASSPHRASE, ...phrases.map((phrase) => phrase.split(' ').slice(0, 4).join(' '))].flatMap(textCanaries),
  ];
  const folders = [ALICE, BOB].map((user) => world.clientFolder(user));
  const sought = (): string[] => folders.flatMap((folder) => findInFolder(secrets, folder));
  const logBytes = (): number[] =>
    folders.map((folder) => globSync('*-wal', { cwd: folder }).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0));

  assert.ok(Math.min(...logBytes()) > 4_096, `the logs hold something: ${logBytes()}`);
  assert.deepEqual(sought(), [], 'while they run');
  bob.send({ do: 'delete', id });
  await bob.next('deleted', { id });
  assert.deepEqual(sought(), [], 'after a message was deleted');
  await say([ALICE, alice], [BOB, bob], `${TEXT_OF_ALICE} again`, '2');
  await Promise.all([alice.kill(), bob.kill()]);
  assert.ok(Math.min(...logBytes()) > 4_096, `the logs hold something: ${logBytes()}`);
  assert.deepEqual(sought(), [], 'after they were killed');
});

test('the keys of the server are nowhere but in its key files', async () => {
  await using world = await World.start();
  await live(world, world.server.port);
  const pem = readFileSync(`${world.serverFolder}/server.key`, 'latin1');
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const key = keyCanaries('the channel key', der.subarray(der.length - 32));
  assert.deepEqual(
    findInFolder(key, world.serverFolder).filter((found) => !found.endsWith('in server.key')),
    [],
  );
  assert.deepEqual(find(key, Buffer.from(world.server.output)), []);
});
