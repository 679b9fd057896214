import { type ConversationState, MAX_UNREAD } from '@parley/client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type RefObject, useEffect, useRef } from 'react';
import { useStore } from '../app/use-app.ts';
import { Avatar } from '../parts/avatar.tsx';
import { shortTime } from '../parts/time.ts';

const ROW_PIXELS = 60;
const OVERSCAN = 8;

interface ConversationsProps {
  readonly conversations: readonly ConversationState[];
  readonly asked: readonly string[];
  /** Who is looked at. */
  readonly current: string | undefined;
  readonly scroller: RefObject<HTMLElement | null>;
}

/** With whom there is something to say. Only the rows that are seen are in the page. */
export function Conversations({ conversations, asked, current, scroller }: ConversationsProps) {
  const virtualizer = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PIXELS,
    getItemKey: (index) => conversations[index]?.peer ?? index,
    overscan: OVERSCAN,
  });
  // One that is opened by a key may be out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: not when the list changes
  useEffect(() => {
    const index = conversations.findIndex(({ peer }) => peer === current);
    if (index >= 0) virtualizer.scrollToIndex(index);
  }, [current]);
  // Who comes back to the list is where they went from, as soon as that row is drawn.
  const before = useRef(current);
  const wanted = useRef<string>(undefined);
  useEffect(() => {
    if (current === undefined && before.current !== undefined) {
      wanted.current = before.current;
      virtualizer.scrollToIndex(conversations.findIndex(({ peer }) => peer === wanted.current));
    }
    before.current = current;
    const isWanted = current === undefined && conversations.some(({ peer }) => peer === wanted.current);
    if (!isWanted) wanted.current = undefined;
    const row = document.getElementById(rowId(wanted.current));
    if (row === null) return;
    row.focus();
    wanted.current = undefined;
  });
  const now = Date.now();
  return (
    <nav className="conversations" aria-label="Conversations">
      <ul style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const conversation = conversations[item.index];
          if (conversation === undefined) return null;
          const { peer } = conversation;
          return (
            <li
              key={item.key}
              style={{ transform: `translateY(${item.start}px)` }}
              aria-setsize={conversations.length}
              aria-posinset={item.index + 1}
            >
              <ConversationButton
                conversation={conversation}
                isCurrent={peer === current}
                isAsked={asked.includes(peer)}
                now={now}
              />
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

interface ConversationButtonProps {
  readonly conversation: ConversationState;
  readonly isCurrent: boolean;
  readonly isAsked: boolean;
  readonly now: number;
}

const ConversationButton = memo(
  ({ conversation: { peer, unread, isOnline, newestAt }, isCurrent, isAsked, now }: ConversationButtonProps) => {
    const { remote } = useStore();
    const count = unread >= MAX_UNREAD ? `${MAX_UNREAD - 1}+` : String(unread);
    return (
      <button
        type="button"
        id={rowId(peer)}
        className="conversation-row"
        aria-current={isCurrent}
        onClick={() => remote.tell('open', peer)}
      >
        <Avatar name={peer} isOnline={isOnline} />
        <span className="name">{peer}</span>
        <span className="state">{isAsked ? 'asked' : isOnline ? 'on line' : 'away'}</span>
        {newestAt !== undefined && <time>{shortTime(newestAt, now)}</time>}
        {unread > 0 && (
          <span className="unread">
            {count}
            <span className="unseen"> unread</span>
          </span>
        )}
      </button>
    );
  },
  (a, b) => a.conversation === b.conversation && a.isCurrent === b.isCurrent && a.isAsked === b.isAsked,
);

function rowId(peer: string | undefined): string {
  return `conversation-${peer ?? ''}`;
}
