import type { ChatState } from '@parley/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { isTyping, restFocus } from '../parts/focus.ts';
import { AboutContact } from './about-contact.tsx';
import { Conversation } from './conversation.tsx';
import { NothingOpen } from './nothing-open.tsx';
import { Notices } from './notices.tsx';
import { Palette } from './palette.tsx';
import type { Action } from './palette-items.ts';
import { Search } from './search.tsx';
import { Settings } from './settings.tsx';
import { shortcutOf } from './shortcuts.ts';
import { Sidebar } from './sidebar.tsx';
import type { Target } from './timeline.tsx';
import { useBack } from './use-back.ts';
import { useHappenings } from './use-happenings.ts';
import { useBadge, useLooking } from './use-looking.ts';

/** What lies over the chat, one at a time. */
type Front = 'palette' | 'settings' | 'search' | 'verify' | undefined;

/** The chat: who is there on the left, what is said on the right; on a phone one of the two. */
export function Chat({ chat }: { readonly chat: ChatState }) {
  const { remote } = useStore();
  const [front, setFront] = useState<Front>();
  const [target, setTarget] = useState<Target>();
  const peer = chat.current?.peer;
  // What was about one conversation is over when one goes to another, or to the list.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever it is another
  useEffect(() => {
    setTarget(undefined);
    setFront((shown) => (shown === 'search' || shown === 'verify' ? undefined : shown));
  }, [peer]);
  const closeFront = useCallback(() => setFront(undefined), []);
  const hasWritten = useRef(false);
  const onTyping = useCallback((hasText: boolean) => {
    hasWritten.current = hasText;
  }, []);
  const isFrontOpen = useRef(false);
  isFrontOpen.current = front !== undefined;
  const { notices, close } = useHappenings(useCallback(() => hasWritten.current || isFrontOpen.current || isTyping(), []));
  useLooking();
  useBadge(chat);
  useBack(
    chat.current !== undefined,
    useCallback(() => remote.tell('close'), [remote]),
  );

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const shortcut = shortcutOf(event, chat);
      // What lies in front is about the conversation behind it.
      if (shortcut === undefined || (shortcut.kind === 'open' && isFrontOpen.current)) return;
      event.preventDefault();
      if (shortcut.kind === 'open') remote.tell('open', shortcut.peer);
      else setFront(shortcut.kind);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [remote, chat]);

  const act = (action: Action): void => {
    if (action === 'lock') remote.tell('lock');
    else setFront(action);
  };

  const { current, user } = chat;
  const isOpen = current !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: at the beginning, and when no conversation is looked at any more
  useEffect(restFocus, [isOpen]);
  return (
    <div className="chat" data-open={isOpen}>
      <Sidebar chat={chat} onPalette={() => setFront('palette')} onSettings={() => setFront('settings')} />
      {current === undefined ? (
        <NothingOpen hasConversations={chat.conversations.length > 0} />
      ) : (
        <Conversation
          key={current.peer}
          user={user}
          timeline={current}
          connection={chat.connection}
          conversation={chat.conversations.find(({ peer }) => peer === current.peer)}
          target={target}
          isAsked={chat.asked.includes(current.peer)}
          onTyping={onTyping}
          onSearch={() => setFront('search')}
          onVerify={() => setFront('verify')}
        />
      )}
      <Notices notices={notices} onClose={close} />
      {front === 'palette' && <Palette chat={chat} onAction={act} onClose={closeFront} />}
      {front === 'settings' && <Settings chat={chat} onClose={closeFront} />}
      {front === 'search' && current !== undefined && (
        <Search
          peer={current.peer}
          user={user}
          onFound={(id) => {
            setTarget({ id });
            closeFront();
          }}
          onClose={closeFront}
        />
      )}
      {front === 'verify' && current !== undefined && <AboutContact peer={current.peer} onClose={closeFront} />}
    </div>
  );
}
