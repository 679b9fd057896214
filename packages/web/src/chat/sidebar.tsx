import type { ChatState } from '@parley/client';
import { useMemo, useRef, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { IconButton } from '../parts/button.tsx';
import { REST } from '../parts/focus.ts';
import { Logo } from '../parts/logo.tsx';
import { useNarrow } from '../parts/use-narrow.ts';
import { Ask } from './ask.tsx';
import { CONNECTION_TEXT } from './connection-text.ts';
import { Conversations } from './conversations.tsx';
import { Tray } from './tray.tsx';

/** Names on line beyond these are found by typing. */
const MAX_ONLINE_SHOWN = 30;

interface SidebarProps {
  readonly chat: ChatState;
  onPalette(): void;
  onSettings(): void;
}

/** Who is there: requests, conversations, who else is on line, and the way to ask. */
export function Sidebar({ chat, onPalette, onSettings }: SidebarProps) {
  const { remote } = useStore();
  const scroller = useRef<HTMLDivElement>(null);
  const [name, setName] = useState('');
  const { user, connection, requests, conversations, asked, online, current } = chat;
  const isAlone = useNarrow() && current === undefined;
  const others = useMemo(() => {
    const known = new Set([user, ...conversations.map(({ peer }) => peer), ...requests.map(({ from }) => from)]);
    return online.filter((one) => !known.has(one)).sort();
  }, [user, conversations, requests, online]);
  return (
    // Where nothing else is on the screen it is what the page is about. The same element in both cases: nothing of it starts anew.
    <section className="sidebar" role={isAlone ? 'main' : 'complementary'} aria-label="People">
      <header>
        <Logo />
        <div className="who">
          <h1 tabIndex={-1} {...REST}>
            {user}
          </h1>
          <p className="connection" data-connection={connection} role="status">
            {CONNECTION_TEXT[connection]}
          </p>
        </div>
        <IconButton icon="search" label="Go to (Ctrl+K)" onClick={onPalette} />
        <IconButton icon="settings" label="Settings" onClick={onSettings} />
      </header>
      <div className="scroller" ref={scroller}>
        <Tray requests={requests} />
        <Ask user={user} name={name} onName={setName} />
        <Conversations conversations={conversations} asked={asked} current={current?.peer} scroller={scroller} />
        {connection === 'online' && (
          <section className="online" aria-label="On line">
            <div className="online-head">
              <h2>{others.length === 0 ? 'Nobody else is on line' : 'Also on line'}</h2>
              <IconButton icon="again" label="Look again" onClick={() => remote.tell('list')} />
            </div>
            <ul>
              {others.slice(0, MAX_ONLINE_SHOWN).map((one) => (
                <li key={one}>
                  <button type="button" className="chip" onClick={() => setName(one)}>
                    {one}
                  </button>
                </li>
              ))}
            </ul>
            {others.length > MAX_ONLINE_SHOWN && <p className="hint">and {others.length - MAX_ONLINE_SHOWN} more</p>}
          </section>
        )}
      </div>
    </section>
  );
}
