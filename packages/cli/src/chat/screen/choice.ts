import type { ChatState } from '@parley/client';
import type { Action } from './keys.ts';

/** With whom the conversation is that this key opens, if it opens one. */
export function chosenBy(action: Action, { conversations, current }: ChatState): string | undefined {
  const index = conversations.findIndex(({ peer }) => peer === current?.peer);
  switch (action.do) {
    case 'open':
      return conversations[action.number - 1]?.peer;
    case 'nextUnread':
      return conversations.find(({ unread }) => unread > 0)?.peer;
    case 'next':
      return conversations[(index + 1) % conversations.length]?.peer;
    case 'previous':
      return conversations.at(Math.max(index, 0) - 1)?.peer;
    default:
      return undefined;
  }
}
