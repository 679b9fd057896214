import type { ChatState } from '@parley/client';

/** What keys do, wherever the focus is. */
export type Shortcut = { readonly kind: 'palette' | 'search' | 'settings' } | { readonly kind: 'open'; readonly peer: string };

export const SHORTCUTS = [
  { keys: 'Ctrl+K', what: 'go anywhere by a few letters (on a Mac ⌘ for Ctrl, in all of these)' },
  { keys: 'Alt+↑ Alt+↓', what: 'the conversation before, and after' },
  { keys: 'Alt+A', what: 'the next one with something new' },
  { keys: 'Ctrl+Shift+F', what: 'search in this conversation' },
  { keys: 'Ctrl+,', what: 'settings' },
  { keys: 'Enter', what: 'send; Shift+Enter begins a new line' },
  { keys: 'Esc', what: 'close what is in front' },
] as const;

type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** `undefined` for a key that is not ours. */
export function shortcutOf(event: Key, chat: ChatState): Shortcut | undefined {
  const { key, altKey, shiftKey } = event;
  const isControl = (event.ctrlKey || event.metaKey) && !altKey;
  if (isControl && !shiftKey && key.toLowerCase() === 'k') return { kind: 'palette' };
  if (isControl && !shiftKey && key === ',') return { kind: 'settings' };
  if (isControl && shiftKey && key.toLowerCase() === 'f') return chat.current === undefined ? undefined : { kind: 'search' };
  if (!altKey || event.ctrlKey || event.metaKey || shiftKey) return undefined;
  const peer = neighbour(event, chat);
  return peer === undefined ? undefined : { kind: 'open', peer };
}

function neighbour({ key, code }: Key, { conversations, current }: ChatState): string | undefined {
  const at = conversations.findIndex(({ peer }) => peer === current?.peer);
  const { length } = conversations;
  if (length === 0) return undefined;
  if (key === 'ArrowDown') return conversations[(at + 1) % length]?.peer;
  if (key === 'ArrowUp') return conversations[(Math.max(at, 0) - 1 + length) % length]?.peer;
  // By where the key is: with Alt some systems make another letter of it.
  if (code !== 'KeyA') return undefined;
  const inTurn = [...conversations.slice(at + 1), ...conversations.slice(0, Math.max(at, 0))];
  return inTurn.find(({ unread }) => unread > 0)?.peer;
}
