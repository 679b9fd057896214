import type { ChatState } from '@parley/client';

/** Where one can go, or what one can do, from anywhere. */
export interface PaletteItem {
  readonly key: string;
  readonly text: string;
  readonly kind: 'conversation' | 'person' | 'action';
}

const ACTIONS = {
  settings: 'Settings',
  search: 'Search in this conversation',
  verify: 'Safety number',
  lock: 'Lock Parley',
} as const;
export type Action = keyof typeof ACTIONS;

const MAX_ITEMS = 50;

/** Those whose text contains what was typed; those that begin with it first, unread ones before others. */
export function paletteItems(chat: ChatState, query: string): PaletteItem[] {
  const typed = query.trim().toLowerCase();
  const peers = new Set(chat.conversations.map(({ peer }) => peer));
  const byUnread = chat.conversations.toSorted((a, b) => Number(b.unread > 0) - Number(a.unread > 0));
  const people = chat.online.filter((name) => name !== chat.user && !peers.has(name));
  const actions = (Object.keys(ACTIONS) as Action[]).filter(
    (action) => chat.current !== undefined || (action !== 'search' && action !== 'verify'),
  );
  const items: PaletteItem[] = [
    ...byUnread.map(({ peer }) => ({ key: peer, text: peer, kind: 'conversation' as const })),
    ...people.map((name) => ({ key: name, text: name, kind: 'person' as const })),
    ...actions.map((action) => ({ key: action, text: ACTIONS[action], kind: 'action' as const })),
  ];
  const found = items.filter(({ text }) => text.toLowerCase().includes(typed));
  const starts = ({ text }: PaletteItem): number => Number(text.toLowerCase().startsWith(typed));
  return found.toSorted((a, b) => starts(b) - starts(a)).slice(0, MAX_ITEMS);
}
