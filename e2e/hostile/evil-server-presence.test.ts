import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { MAX_LIST, Opcode } from '@parley/protocol';
import { PresenceSchema, UserListSchema } from '@parley/protocol/wire';
import type { Lie } from '../support/evil-server/evil-server.ts';
import { errorsOf, Scene } from '../support/evil-server/scene.ts';
import { within } from '../support/process.ts';
import { befriend, say } from '../support/world.ts';

/** A server that lies about who is on line. */

type Page = MessageInitShape<typeof UserListSchema>;

/** Every list that a user asks for is one of these. */
function listing(user: string, next: () => Page): Lie {
  return {
    say(said, to) {
      if (to.username !== user || said.opcode !== Opcode.LIST || said.sequence === 0) return undefined;
      return [{ ...said, body: toBinary(UserListSchema, create(UserListSchema, next())) }];
    },
  };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `user${String(i).padStart(6, '0')}`);
const nonsense = (why: string): string => `malformed -: what the server says makes no sense: ${why}`;

const REFUSED: readonly (readonly [what: string, page: Page, why: string])[] = [
  ['a name that is none', { online: ['alice', '../../etc'] }, 'a name that is no user name'],
  ['names that are not sorted', { online: ['bob', 'alice'] }, 'names that are not sorted, each once'],
  ['a name twice', { online: ['alice', 'alice'] }, 'names that are not sorted, each once'],
  ['more names than a page has', { online: names(MAX_LIST + 1) }, 'more names than a page may have'],
  ['more after a name that is none', { online: ['alice'], next: '\u001b[2J' }, 'a page that goes on after no user name'],
];

for (const [what, page, why] of REFUSED) {
  test(`a list of users with ${what} is not shown and named, and the next one is`, async () => {
    await using scene = await Scene.start();
    const alice = await scene.enter('alice');
    const end = scene.evil.tell(listing('alice', () => page));
    alice.send({ do: 'list' });
    await alice.next('error', { code: 'malformed' });
    end();
    await alice.next('online');
    assert.deepEqual(await alice.list(), ['alice']);
    assert.deepEqual(errorsOf(alice), [nonsense(why)]);
    for (const { users } of alice.events.filter(({ event }) => event === 'users')) {
      assert.deepEqual(users, [{ user: 'alice', online: true }]);
    }
  });
}

const NO_LOGIN: readonly (readonly [what: string, body: Uint8Array, why: string])[] = [
  ['such a list', toBinary(UserListSchema, create(UserListSchema, { online: ['Alice!'] })), 'a name that is no user name'],
  ['one that does not parse', Uint8Array.of(0xff, 0xff, 0xff), 'UserList does not parse'],
];

for (const [what, body, why] of NO_LOGIN) {
  test(`a login that begins with ${what} is none, and says why once, however often it is tried`, async () => {
    await using scene = await Scene.start();
    const { alice, bob } = await scene.friends();
    let logins = 0;
    const tried = Promise.withResolvers<void>();
    const end = scene.evil.tell({
      say(said, to) {
        if (to.username !== 'alice' || said.opcode !== Opcode.LIST || said.sequence !== 0) return undefined;
        logins += 1;
        if (logins === 3) tried.resolve();
        return [{ ...said, body }];
      },
    });
    scene.evil.sessionsOf('alice')[0]?.end('shutting_down');
    await alice.next('offline');
    await within(tried.promise, 'three logins');
    end();
    await alice.next('online');
    assert.deepEqual(errorsOf(alice), [nonsense(why)]);
    await say(['alice', alice], ['bob', bob], 'here I am', '1');
  });
}

test('pages that never end, or that go round, end, and that is named; what they named before is shown', async () => {
  await using scene = await Scene.start();
  const alice = await scene.enter('alice');
  await alice.next('users'); // of the login
  let page = 0;
  const endless = (): Page => {
    page += 1;
    const name = `user${String(page).padStart(6, '0')}`;
    return { online: [name], next: name };
  };
  const end = scene.evil.tell(listing('alice', endless));
  assert.equal((await alice.list()).length, page);
  assert.ok(page >= 100 && page <= 1_000, `${page} pages were asked for`);
  await alice.next('error', { code: 'too_large' });
  end();

  const round = scene.evil.tell(listing('alice', () => ({ online: ['bob', 'carol'], next: 'carol' })));
  assert.deepEqual(await alice.list(), ['bob', 'carol']);
  await alice.next('error', { code: 'malformed' });
  round();
  assert.deepEqual(await alice.list(), ['alice'], 'whom nobody has ever seen are gone with the lie');
});

test('a stranger and somebody who is blocked are not told to be on line, and a friend who is not costs nothing', async () => {
  await using scene = await Scene.start();
  const { alice, bob } = await scene.friends();
  const mallory = await scene.enter('mallory');
  await befriend(['mallory', mallory], ['alice', alice]);
  alice.send({ do: 'block', user: 'mallory' });
  await alice.list();
  await bob.quit();
  await alice.next('presence', { user: 'bob', online: false });
  const since = alice.events.length;

  for (const username of ['mallory', 'nobody', 'bob']) {
    scene.evil.say('alice', Opcode.PRESENCE, PresenceSchema, { username, online: true });
  }
  await alice.next('presence', { user: 'bob' });
  const told = alice.events.slice(since).filter(({ event }) => event === 'presence');
  assert.deepEqual(told, [{ event: 'presence', user: 'bob', online: true }], 'which she cannot know to be false');
  // The OK says that it is kept, whoever is there.
  alice.send({ do: 'send', to: 'bob', text: 'are you there?', id: '1' });
  await alice.next('sent', { id: '1' });
  assert.deepEqual(errorsOf(alice), []);
});

const NO_NEWS: readonly (readonly [what: string, body: Uint8Array, why: string])[] = [
  [
    'a name that is none',
    toBinary(PresenceSchema, create(PresenceSchema, { username: 'bob\u001b[2J', online: true })),
    'a name that is no user name',
  ],
  ['bytes that do not parse', Uint8Array.of(0xff, 0xff, 0xff), 'Presence does not parse'],
];

for (const [what, body, why] of NO_NEWS) {
  test(`news of who is on line with ${what} end the connection and are named, once however many come`, async () => {
    await using scene = await Scene.start();
    const { alice, bob } = await scene.friends();
    for (let i = 0; i < 500; i += 1) scene.evil.sessionsOf('alice')[0]?.send({ opcode: Opcode.PRESENCE, body });
    await alice.next('error', { code: 'malformed' });
    await alice.next('online');
    scene.evil.sessionsOf('alice')[0]?.send({ opcode: Opcode.PRESENCE, body });
    await alice.next('offline');
    await alice.next('online');
    await say(['alice', alice], ['bob', bob], 'fine', '1');
    assert.deepEqual(errorsOf(alice), [nonsense(why)]);
  });
}
