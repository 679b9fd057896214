import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paletteItems } from '../src/chat/palette-items.ts';
import { chatState, conversation } from './states.ts';

const timeline = { peer: 'bob', entries: [], newFrom: undefined, hasOlder: false, isLoaded: true };
const chat = chatState({
  conversations: [conversation('bob'), conversation('rob', { unread: 2 })],
  online: ['alice', 'bob', 'zoe'],
  current: timeline,
});
const texts = (query: string, state = chat): string[] => paletteItems(state, query).map(({ text }) => text);

test('without a word there is everything, what is unread first, and nobody twice', () => {
  assert.deepEqual(texts(''), ['rob', 'bob', 'zoe', 'Settings', 'Search in this conversation', 'Safety number', 'Lock Parley']);
});

test('what begins with the word comes before what has it', () => {
  assert.deepEqual(texts('B'), ['bob', 'rob', 'Safety number']);
  assert.deepEqual(texts('  lock '), ['Lock Parley']);
  assert.deepEqual(texts('nobody of that name'), []);
});

test('what is about a conversation is there where one is open', () => {
  assert.deepEqual(texts('s', { ...chat, current: undefined }), ['Settings']);
});

test('of very many there are fifty', () => {
  const conversations = Array.from({ length: 1_000 }, (_, index) => conversation(`user${index}`));
  assert.equal(texts('user', chatState({ conversations })).length, 50);
});
