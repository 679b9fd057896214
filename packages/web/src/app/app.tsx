import { useState } from 'react';
import type { Problem } from '../bridge/calls.ts';
import { Chat } from '../chat/chat.tsx';
import { remembered } from '../device/remembered.ts';
import { Elsewhere } from '../screens/elsewhere.tsx';
import { Ended } from '../screens/ended.tsx';
import { Join } from '../screens/join.tsx';
import { Phrase } from '../screens/phrase.tsx';
import { Recover } from '../screens/recover.tsx';
import { Starting } from '../screens/starting.tsx';
import { Unlock } from '../screens/unlock.tsx';
import { useAppState } from './use-app.ts';

/** Which screen there is. */
export function App() {
  const { stage, chat } = useAppState();
  switch (stage.name) {
    case 'starting':
      return <Starting />;
    case 'empty':
      return <Arrival problem={stage.problem} />;
    case 'locked':
      return <Unlock />;
    case 'elsewhere':
      return <Elsewhere taken={stage.taken} />;
    case 'ended':
      return <Ended problem={stage.problem} />;
    case 'open':
      if (stage.phrase !== undefined) return <Phrase phrase={stage.phrase} />;
      return chat === undefined ? <Starting /> : <Chat chat={chat} />;
  }
}

/** Nothing is stored here: somebody is new, or comes back, or the browser has removed what there was. */
function Arrival({ problem }: { readonly problem: Problem | undefined }) {
  // Once: what is remembered changes while somebody joins.
  const [isEvicted] = useState(() => problem === undefined && remembered()?.isJoining === false);
  const [isRecovering, setRecovering] = useState(isEvicted);
  return isRecovering ? (
    <Recover isEvicted={isEvicted} onBack={() => setRecovering(false)} />
  ) : (
    <Join earlier={problem} onRecover={() => setRecovering(true)} />
  );
}
