import type { ConnectionState, ConversationState, TimelineState } from '@parley/client';
import { useEffect } from 'react';
import { useStore } from '../app/use-app.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Button, IconButton } from '../parts/button.tsx';
import { REST, restFocus } from '../parts/focus.ts';
import { useNarrow } from '../parts/use-narrow.ts';
import { Composer } from './composer.tsx';
import { CONNECTION_TEXT } from './connection-text.ts';
import { type Target, Timeline } from './timeline.tsx';

interface ConversationProps {
  readonly user: string;
  readonly timeline: TimelineState;
  readonly connection: ConnectionState;
  /** `undefined`: neither has agreed, nor been asked. */
  readonly conversation: ConversationState | undefined;
  readonly target: Target | undefined;
  /** Asked, and has not answered. */
  readonly isAsked: boolean;
  onTyping(isTyping: boolean): void;
  onSearch(): void;
  onVerify(): void;
}

/** The conversation that is looked at. */
export function Conversation({
  user,
  timeline,
  connection,
  conversation,
  target,
  isAsked,
  onTyping,
  onSearch,
  onVerify,
}: ConversationProps) {
  const { remote } = useStore();
  const { peer } = timeline;
  const isOnline = conversation?.isOnline === true;
  const presence = isOnline ? 'on line' : isAsked ? 'has not answered yet' : 'away';
  // Beside the list, whose heading comes first, it is the second.
  const Heading = useNarrow() ? 'h1' : 'h2';
  const canTalk = conversation?.canTalk === true;
  // Where there is no field to write in, the conversation itself has the focus: what had it may be gone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever what can be done here is another
  useEffect(restFocus, [peer, canTalk, isAsked]);
  return (
    <main className="conversation" aria-label={peer} tabIndex={-1} {...REST}>
      <header>
        <IconButton icon="back" label="Back to the list" className="back" onClick={() => remote.tell('close')} />
        <Avatar name={peer} isOnline={isOnline} />
        <div className="who">
          <Heading>{peer}</Heading>
          {/* Off line nothing is known of anybody; on a phone the list, which says it too, is out of sight. */}
          <p>{connection === 'online' ? presence : CONNECTION_TEXT[connection]}</p>
        </div>
        <IconButton icon="search" label="Search here" onClick={onSearch} />
        <IconButton icon="shield" label={`About ${peer}`} onClick={onVerify} />
      </header>
      <Timeline timeline={timeline} user={user} canTalk={canTalk} target={target} />
      {canTalk ? (
        <Composer peer={peer} onTyping={onTyping} />
      ) : (
        <div className="cannot-talk">
          {isAsked ? (
            <>
              <p>You asked {peer} to talk. You can write as soon as they accept.</p>
              <Button onClick={() => remote.tell('cancel', peer)}>Take it back</Button>
            </>
          ) : (
            // It comes late: whoever has just been accepted is one to write to in a moment.
            <p className="late">You and {peer} cannot write to each other now. What was said stays here.</p>
          )}
        </div>
      )}
    </main>
  );
}
