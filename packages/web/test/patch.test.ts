import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyPatch, patchOf } from '../src/bridge/patch.ts';
import { anyChatState, chatState, conversation, textEntry } from './states.ts';

test('a patch makes the second state of the first, over a bridge that copies', () => {
  fc.assert(
    fc.property(fc.option(anyChatState, { nil: undefined }), anyChatState, (before, after) => {
      const patch = patchOf(before, after);
      if (patch === undefined) assert.deepEqual(before, after);
      else assert.deepEqual(applyPatch(before, structuredClone(patch)), after);
    }),
  );
});

test('patches that come one after the other lead to the last state', () => {
  fc.assert(
    fc.property(fc.array(anyChatState, { minLength: 1, maxLength: 6 }), (states) => {
      let [sent, shown]: (typeof states | [])[number][] = [];
      for (const state of states) {
        const patch = patchOf(sent, state);
        if (patch !== undefined) shown = applyPatch(shown, structuredClone(patch));
        sent = state;
      }
      assert.deepEqual(shown, states.at(-1));
    }),
  );
});

test('there is none between states that are alike', () => {
  fc.assert(
    fc.property(anyChatState, (state) => assert.equal(patchOf(state, { ...state, online: [...state.online] }), undefined)),
  );
});

test('what has not changed is the same object as before', () => {
  const [one, two] = [textEntry('1', 1), textEntry('2', 2)];
  const timeline = { peer: 'bob', entries: [one], newFrom: undefined, hasOlder: false, isLoaded: true };
  const [bob, carol] = [conversation('bob'), conversation('carol')];
  const before = chatState({ conversations: [bob, carol], current: timeline });
  const after = chatState({
    conversations: [bob, { ...carol, unread: 1 }],
    current: { ...timeline, entries: [one, two] },
  });
  const shown = applyPatch(before, structuredClone(patchOf(before, after) ?? assert.fail('something has changed')));
  assert.deepEqual(shown, after);
  assert.equal(shown.conversations[0], bob);
  assert.notEqual(shown.conversations[1], carol);
  assert.equal(shown.current?.entries[0], one);
  assert.equal(shown.requests, before.requests);
  assert.equal(shown.online, before.online);
});

test('a fact alone leaves the lists and the conversation what they were', () => {
  const timeline = { peer: 'bob', entries: [textEntry('1', 1)], newFrom: undefined, hasOlder: false, isLoaded: true };
  const before = chatState({ conversations: [conversation('bob')], current: timeline });
  const patch = patchOf(before, { ...before, connection: 'offline' });
  assert.deepEqual(patch, { facts: { connection: 'offline' } });
  const shown = applyPatch(before, patch ?? assert.fail('the connection has changed'));
  assert.equal(shown.conversations, before.conversations);
  assert.equal(shown.current, timeline);
});

test('entries of another conversation do not go over into this one', () => {
  const timeline = { peer: 'bob', entries: [textEntry('1', 1)], newFrom: undefined, hasOlder: false, isLoaded: true };
  const before = chatState({ current: timeline });
  const after = chatState({ current: { ...timeline, peer: 'carol', entries: [] } });
  const patch = patchOf(before, after) ?? assert.fail('it is another');
  assert.deepEqual(applyPatch(before, patch).current, after.current);
});
