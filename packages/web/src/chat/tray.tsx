import type { RequestState } from '@parley/client';
import { useEffect, useRef } from 'react';
import { useStore } from '../app/use-app.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Button } from '../parts/button.tsx';
import { restFocus } from '../parts/focus.ts';
import { SafetyNumber } from '../parts/safety-number.tsx';

/** Who asks to talk. Nothing they say comes before they are accepted; until then there is a name and a number to check it by. */
export function Tray({ requests }: { readonly requests: readonly RequestState[] }) {
  const { remote } = useStore();
  const heading = useRef<HTMLHeadingElement>(null);
  const count = useRef(requests.length);
  // Whoever has answered one by its buttons, which are gone with it, goes on with the next.
  useEffect(() => {
    const isFewer = requests.length < count.current;
    count.current = requests.length;
    if (!isFewer || document.activeElement !== document.body) return;
    if (heading.current === null) restFocus();
    else heading.current.focus();
  }, [requests]);
  const accept = (from: string): void => {
    remote.tell('accept', from);
    remote.tell('open', from);
  };
  if (requests.length === 0) return null;
  return (
    <section className="tray" aria-label="Requests">
      <h2 ref={heading} tabIndex={-1}>
        Asking to talk
      </h2>
      <ul>
        {requests.map(({ from, safetyNumber }) => (
          <li key={from}>
            <p className="asker">
              <Avatar name={from} /> <strong>{from}</strong> asks to talk
            </p>
            <details>
              <summary>Safety number {beginning(safetyNumber)}</summary>
              <SafetyNumber digits={safetyNumber} />
              <p className="hint">The same on both sides: compare it by phone or face to face, now or later.</p>
            </details>
            {/* biome-ignore lint/a11y/useSemanticElements: no field set of a form */}
            <div className="actions" role="group" aria-label={`Request of ${from}`}>
              <Button look="primary" onClick={() => accept(from)}>
                Accept
              </Button>
              <Button onClick={() => remote.tell('refuse', from)}>Refuse</Button>
              <Button
                look="quiet"
                title={`You hear no more of ${from}. This cannot be undone yet.`}
                onClick={() => remote.tell('block', from)}
              >
                Block
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Of both halves: one of them is one's own, and the same with everybody. */
function beginning(safetyNumber: string): string {
  const groups = safetyNumber.split(' ');
  return `${groups[0]} … ${groups[groups.length / 2]} …`;
}
