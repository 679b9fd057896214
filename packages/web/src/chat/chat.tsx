import type { ChatState } from '@parley/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from '../app/use-app.ts';
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
  const closeFront = useCallback(() => setFront(undefined), []);
  const typing = useRef(false);
  const onTyping = useCallback((isTyping: boolean) => {
    typing.current = isTyping;
  }, []);
  const { notices, close } = useHappenings(useCallback(() => typing.current, []));
  useLooking();
  useBadge(chat);
  useBack(
    chat.current !== undefined,
    useCallback(() => void remote.call('close'), [remote]),
  );

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const shortcut = shortcutOf(event, chat);
      if (shortcut === undefined) return;
      event.preventDefault();
      if (shortcut.kind === 'open') void remote.call('open', shortcut.peer);
      else setFront(shortcut.kind);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [remote, chat]);

  const act = (action: Action): void => {
    if (action === 'lock') void remote.call('lock');
    else setFront(action);
  };

  const { current, user } = chat;
  return (
    <div className="chat" data-open={current !== undefined}>
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
