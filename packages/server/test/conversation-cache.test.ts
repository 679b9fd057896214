import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CACHED_CONVERSATIONS } from '@parley/protocol';
import { ConversationCache } from '../src/delivery/conversation-cache.ts';
import type { ConversationEntry } from '../src/store/entries.ts';

test('remembers a bounded number of conversations: those that were read last', async () => {
  const asked: number[] = [];
  const idOf = (number: number): Uint8Array => new Uint8Array(Uint32Array.of(number).buffer);
  const cache = new ConversationCache({
    async findConversation(conversation): Promise<ConversationEntry> {
      asked.push(new Uint32Array(conversation.slice().buffer)[0] ?? -1);
      return { conversation, epoch: 1n, users: ['anna', 'bert'], members: [], isOpen: true };
    },
  });
  for (let number = 0; number <= MAX_CACHED_CONVERSATIONS; number += 1) await cache.find(idOf(number), 1n);
  asked.length = 0;
  await cache.find(idOf(1), 1n);
  await cache.find(idOf(MAX_CACHED_CONVERSATIONS), 1n);
  assert.deepEqual(asked, []);
  await cache.find(idOf(0), 1n);
  assert.deepEqual(asked, [0], 'forgotten');
});
