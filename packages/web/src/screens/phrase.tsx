import { useStore } from '../app/use-app.ts';
import { amendRemembered } from '../device/remembered.ts';
import { Button } from '../parts/button.tsx';
import { Entrance } from './entrance.tsx';

/** The recovery phrase, until it has been written down. */
export function Phrase({ phrase }: { readonly phrase: string }) {
  const { remote } = useStore();
  const confirm = (): void => {
    amendRemembered({ phrasePending: false });
    remote.tell('confirmPhrase');
  };
  return (
    <Entrance title="Your recovery phrase" isWide>
      <p className="lead">
        Write these 24 words down on paper, now. With them you get your account back when this browser or its passphrase is lost,
        and so can anybody else who reads them. They are not shown again.
      </p>
      <ol className="phrase" translate="no">
        {phrase.split(' ').map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice, and none ever moves
          <li key={index}>{word}</li>
        ))}
      </ol>
      <div className="actions">
        <Button look="primary" onClick={confirm}>
          I have written it down
        </Button>
      </div>
    </Entrance>
  );
}
