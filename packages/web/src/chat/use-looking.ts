import { type ChatState, MAX_UNREAD } from '@parley/client';
import { useEffect } from 'react';
import { useStore } from '../app/use-app.ts';
import { showUnread } from '../device/badge.ts';
import { closeNotifications } from '../device/notifications.ts';

/** Of contacts the server says when they come and go; of all others who is on line has to be asked. */
const LIST_EVERY_MS = 30_000;

/** What comes while the page is out of sight is unread, in the conversation that is open too. Who looks again sees who is there now. */
export function useLooking(): void {
  const { remote } = useStore();
  useEffect(() => {
    const tell = (): void => {
      const isLooking = document.visibilityState === 'visible';
      remote.tell('look', isLooking);
      if (!isLooking) return;
      remote.tell('list');
      void closeNotifications();
    };
    tell();
    const again = setInterval(() => {
      if (document.visibilityState === 'visible') remote.tell('list');
    }, LIST_EVERY_MS);
    document.addEventListener('visibilitychange', tell);
    addEventListener('focus', tell);
    return () => {
      clearInterval(again);
      document.removeEventListener('visibilitychange', tell);
      removeEventListener('focus', tell);
    };
  }, [remote]);
}

/** Unread messages and open requests, in the title. */
export function useBadge({ conversations, requests }: ChatState): void {
  const unread = conversations.reduce((sum, { unread: one }) => sum + one, 0);
  const hasMore = conversations.some(({ unread: one }) => one >= MAX_UNREAD);
  const count = unread + requests.length;
  useEffect(() => {
    showUnread(count, hasMore);
    return () => showUnread(0, false);
  }, [count, hasMore]);
}
