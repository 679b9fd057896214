import type { ChatState, ConversationState, HistoryEntry, TimelineState } from '@parley/client';
import fc from 'fast-check';

export function textEntry(id: string, at: number, from = 'bob', text = `text ${id}`): HistoryEntry {
  return { id, conversation: 'bob', from, at, position: at, kind: 'text', text };
}

export function conversation(peer: string, more: Partial<ConversationState> = {}): ConversationState {
  return { peer, unread: 0, canTalk: true, isOnline: false, newestAt: undefined, ...more };
}

export function chatState(more: Partial<ChatState> = {}): ChatState {
  return {
    user: 'alice',
    server: 'localhost:10000',
    connection: 'online',
    conversations: [],
    requests: [],
    asked: [],
    online: [],
    current: undefined,
    ...more,
  };
}

const NAMES = ['bob', 'carol', 'dora', 'erin'] as const;
const name = fc.constantFrom(...NAMES);
const names = fc.uniqueArray(name);

/** The same few entries in each state, as the model has it: what is the same object is the same. */
const ENTRIES = Array.from({ length: 12 }, (_, index) => textEntry(String(index), index));
const entries = fc.subarray(ENTRIES);
/** As what crosses the bridge. */
const PLAIN = { noNullPrototype: true } as const;

const anyConversation: fc.Arbitrary<ConversationState> = fc.record(
  {
    peer: name,
    unread: fc.nat(2),
    canTalk: fc.boolean(),
    isOnline: fc.boolean(),
    newestAt: fc.constantFrom(undefined, 1, 2),
  },
  PLAIN,
);

const anyTimeline: fc.Arbitrary<TimelineState> = fc.record(
  {
    peer: name,
    entries,
    newFrom: fc.constantFrom(undefined, '3'),
    hasOlder: fc.boolean(),
    isLoaded: fc.boolean(),
  },
  PLAIN,
);

export const anyChatState: fc.Arbitrary<ChatState> = fc.record(
  {
    user: fc.constant('alice'),
    server: fc.constantFrom(undefined, 'localhost:10000'),
    connection: fc.constantFrom('connecting', 'online', 'offline'),
    conversations: fc.uniqueArray(anyConversation, { selector: ({ peer }) => peer }),
    requests: fc.uniqueArray(fc.record({ from: name, safetyNumber: fc.constantFrom('12345 67890', '09876 54321') }, PLAIN), {
      selector: ({ from }) => from,
    }),
    asked: names,
    online: names,
    current: fc.option(anyTimeline, { nil: undefined }),
  },
  PLAIN,
);
