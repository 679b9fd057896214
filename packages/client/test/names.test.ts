import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { concat, DecodeError, MAX_LIST, MAX_LIST_PAGES, Opcode, positionPrefix } from '@parley/protocol';
import { PresenceSchema, type UserList, UserListSchema } from '@parley/protocol/wire';
import { readPresence, readUserList } from '../src/connection/names.ts';
import { readPush } from '../src/connection/pushes.ts';
import { usersOnline } from '../src/conversations/users-online.ts';

const listOf = (online: string[], next = ''): UserList => create(UserListSchema, { online, next });
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `user${i}`);
const read = (list: UserList): UserList => readUserList(toBinary(UserListSchema, list));

test('reads a page with as many names as one may have', () => {
  const page = listOf(names(MAX_LIST).sort(), 'user99');
  assert.deepEqual(read(page), page);
});

test('refuses a page with more names than one may have', () => {
  assert.throws(() => read(listOf(names(MAX_LIST + 1))), DecodeError);
});

test('refuses a page with a name that is none, or that goes on after none', () => {
  for (const name of ['', 'A', 'a b', '../x', 'x'.repeat(33), '\u001b[2J']) {
    assert.throws(() => read(listOf(['alice', name])), DecodeError, JSON.stringify(name));
    if (name !== '') assert.throws(() => read(listOf(['alice'], name)), DecodeError, JSON.stringify(name));
  }
});

test('refuses the presence of a name that is none', () => {
  const presence = (username: string): Uint8Array => toBinary(PresenceSchema, create(PresenceSchema, { username, online: true }));
  assert.equal(readPresence(presence('alice')).username, 'alice');
  assert.throws(() => readPresence(presence('a\nb')), DecodeError);
});

test('refuses, as malformed, a page and a presence that do not parse', () => {
  for (const bytes of [Uint8Array.of(0x0a, 9), Uint8Array.of(0x0a, 1, 0xff), Uint8Array.of(0)]) {
    for (const readBody of [readUserList, readPresence])
      assert.throws(() => readBody(bytes), { name: 'ParleyError', code: 'malformed' });
  }
});

test('refuses a page whose names are not sorted, each once', () => {
  for (const online of [
    ['bob', 'alice'],
    ['alice', 'alice'],
    ['alice', 'carol', 'bob'],
  ]) {
    assert.throws(() => read(listOf(online)), DecodeError, online.join());
  }
});

/** What a server says page by page. */
function server(...pages: UserList[]): (after: string) => Promise<UserList | undefined> {
  return async () => pages.shift();
}

test('asks for no more pages than it may, of a server that always has one more, and says so', async () => {
  const name = (page: number): string => `user${String(page).padStart(4, '0')}`;
  let pages = 1;
  const all = await usersOnline(listOf([name(0)], name(0)), async () => {
    pages += 1;
    return listOf([name(pages)], name(pages));
  });
  assert.deepEqual([pages, all?.names.length, all?.problem?.code], [MAX_LIST_PAGES, MAX_LIST_PAGES, 'too_large']);
});

test('takes the pages of a server that come one after the other', async () => {
  const pages = server(listOf(['bob', 'carol'], 'carol'), listOf([], 'dora'), listOf(['eve']));
  assert.deepEqual(await usersOnline(listOf(['alice'], 'alice'), pages), { names: ['alice', 'bob', 'carol', 'eve'] });
});

test('stops at a page that does not come after the one before, and says so', async () => {
  for (const page of [listOf(['alice']), listOf(['bob']), listOf([], 'bob'), listOf(['carol'], 'alice')]) {
    const found = await usersOnline(listOf(['bob'], 'bob'), server(page));
    assert.deepEqual([found?.names, found?.problem?.code], [['bob'], 'malformed'], JSON.stringify(page.online));
  }
});

test('has no names where a page has no answer', async () => {
  assert.equal(await usersOnline(listOf(['alice'], 'alice'), async () => undefined), undefined);
});

test('takes nothing from a server that was not asked for, and is neither QUIT nor PRESENCE nor of the mailbox', () => {
  const body = concat(positionPrefix(7n), Uint8Array.of(0xff));
  assert.deepEqual(readPush({ opcode: Opcode.MESSAGE, body }), { kind: 'item', position: 7n });
  for (const opcode of [Opcode.OK, Opcode.LIST, Opcode.MESSAGE, Opcode.REJOIN, 200]) {
    assert.throws(() => readPush({ opcode, body: body.subarray(1) }), DecodeError, `opcode ${opcode}`);
    assert.throws(() => readPush({ opcode, body: new Uint8Array(0) }), DecodeError, `opcode ${opcode}`);
  }
  for (const opcode of [Opcode.QUIT, Opcode.PRESENCE]) {
    const garbage = Uint8Array.of(0xff, 0xff, 0xff);
    assert.throws(() => readPush({ opcode, body: garbage }), { name: 'ParleyError', code: 'malformed' }, `opcode ${opcode}`);
  }
  const inMailbox = concat(positionPrefix(7n), toBinary(PresenceSchema, create(PresenceSchema, { username: 'bob' })));
  assert.equal(readPush({ opcode: Opcode.PRESENCE, body: inMailbox }).kind, 'presence', 'it is never of the mailbox');
  assert.throws(() => readPush({ opcode: Opcode.PRESENCE, body: positionPrefix(7n) }), DecodeError);
});
