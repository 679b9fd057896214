import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortcutOf } from '../src/chat/shortcuts.ts';
import { chatState, conversation } from './states.ts';

const KEYS = { key: '', code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const timeline = (peer: string) => ({ peer, entries: [], newFrom: undefined, hasOlder: false, isLoaded: true });
const three = [conversation('bob'), conversation('carol', { unread: 1 }), conversation('dora')];
const atBob = chatState({ conversations: three, current: timeline('bob') });

test('Ctrl and ⌘ open what lies over the chat', () => {
  for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
    assert.deepEqual(shortcutOf({ ...KEYS, ...held, key: 'k' }, atBob), { kind: 'palette' });
    assert.deepEqual(shortcutOf({ ...KEYS, ...held, key: ',' }, atBob), { kind: 'settings' });
    assert.deepEqual(shortcutOf({ ...KEYS, ...held, shiftKey: true, key: 'F' }, atBob), { kind: 'search' });
  }
});

test('there is no search where no conversation is open', () => {
  assert.equal(shortcutOf({ ...KEYS, ctrlKey: true, shiftKey: true, key: 'F' }, chatState()), undefined);
});

test('Alt with arrows goes around the conversations', () => {
  const open = (key: string, chat = atBob) => shortcutOf({ ...KEYS, altKey: true, key }, chat);
  assert.deepEqual(open('ArrowDown'), { kind: 'open', peer: 'carol' });
  assert.deepEqual(open('ArrowUp'), { kind: 'open', peer: 'dora' });
  assert.deepEqual(open('ArrowDown', { ...atBob, current: timeline('dora') }), { kind: 'open', peer: 'bob' });
  const atNone = { ...atBob, current: undefined };
  assert.deepEqual(open('ArrowDown', atNone), { kind: 'open', peer: 'bob' });
  assert.deepEqual(open('ArrowUp', atNone), { kind: 'open', peer: 'dora' });
  assert.equal(open('ArrowDown', chatState()), undefined);
});

test('Alt+A goes to the next one with something new, by where the key is', () => {
  const next = (chat = atBob) => shortcutOf({ ...KEYS, altKey: true, key: 'å', code: 'KeyA' }, chat);
  assert.deepEqual(next(), { kind: 'open', peer: 'carol' });
  assert.deepEqual(next({ ...atBob, current: timeline('dora') }), { kind: 'open', peer: 'carol' });
  assert.equal(next({ ...atBob, conversations: [conversation('bob'), conversation('dora')] }), undefined);
});

test('letters alone, and keys of others, are not ours', () => {
  for (const key of ['k', ',', 'F', 'ArrowDown', 'a']) assert.equal(shortcutOf({ ...KEYS, key, code: 'KeyA' }, atBob), undefined);
  assert.equal(shortcutOf({ ...KEYS, ctrlKey: true, altKey: true, key: 'ArrowDown' }, atBob), undefined);
  assert.equal(shortcutOf({ ...KEYS, ctrlKey: true, altKey: true, key: 'k' }, atBob), undefined, 'AltGr makes characters');
});
