import type { RequestState } from '@parley/client';
import { useStore } from '../app/use-app.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Button } from '../parts/button.tsx';
import { SafetyNumber } from '../parts/safety-number.tsx';

/** Who asks to talk. Nothing they say comes before they are accepted; until then there is a name and a number to check it by. */
export function Tray({ requests }: { readonly requests: readonly RequestState[] }) {
  const { remote } = useStore();
  if (requests.length === 0) return null;
  return (
    <section className="tray" aria-label="Requests">
      <h2>Asking to talk</h2>
      <ul>
        {requests.map(({ from, safetyNumber }) => (
          <li key={from}>
            <p className="asker">
              <Avatar name={from} /> <strong>{from}</strong> asks to talk
            </p>
            <details>
              <summary>Safety number {safetyNumber.split(' ', 2).join(' ')} …</summary>
              <SafetyNumber digits={safetyNumber} />
              <p className="hint">The same on both sides: compare it by phone or face to face, now or later.</p>
            </details>
            {/* biome-ignore lint/a11y/useSemanticElements: no field set of a form */}
            <div className="actions" role="group" aria-label={`Request of ${from}`}>
              <Button look="primary" onClick={() => void remote.call('accept', from).then(() => remote.call('open', from))}>
                Accept
              </Button>
              <Button onClick={() => void remote.call('refuse', from)}>Refuse</Button>
              <Button
                look="quiet"
                title={`You hear no more of ${from}. This cannot be undone yet.`}
                onClick={() => void remote.call('block', from)}
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
