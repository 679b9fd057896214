import { type FormEvent, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { deviceName } from '../device/device-name.ts';
import { addressOfHere, forgetInvite, inviteForHere } from '../device/invite-link.ts';
import { type Remembered, remember, remembered } from '../device/remembered.ts';
import { askToPersist } from '../device/storage.ts';
import { useInvite } from '../device/use-invite.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { NewPassphrase, usePassphrase } from '../parts/new-passphrase.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { useTask } from '../parts/use-task.ts';
import { Entrance } from './entrance.tsx';

interface RecoverProps {
  /** The browser has removed the account that was here. */
  readonly isEvicted: boolean;
  onBack(): void;
}

/** Whose account was here before. */
function accountHere(): Remembered | undefined {
  const account = remembered();
  return account?.isJoining === false ? account : undefined;
}

/** An account that is there already comes to this browser, by its 24 words. */
export function Recover({ isEvicted, onBack }: RecoverProps) {
  const { remote } = useStore();
  const task = useTask();
  const [before] = useState(accountHere);
  const given = useInvite();
  const [invite, setInvite] = useState('');
  const [username, setUsername] = useState(before?.user ?? '');
  const [phrase, setPhrase] = useState('');
  const passphrase = usePassphrase();
  const needsInvite = given === undefined && before === undefined;

  const recover = (event: FormEvent): void => {
    event.preventDefault();
    void task.run(async () => {
      const link = before !== undefined && given === undefined ? addressOfHere(before.caPin) : inviteForHere(given ?? invite);
      const { user, caPin } = await remote.call('join', {
        invite: link,
        username: username.trim().toLowerCase(),
        passphrase: passphrase.checked(),
        recover: phrase,
        deviceName: deviceName(),
      });
      forgetInvite();
      remember({ user, caPin, phrasePending: false, isJoining: false });
      await askToPersist();
    });
  };

  return (
    <Entrance title={isEvicted ? 'This browser has removed your account' : 'Get your account back'}>
      <p className="lead">
        {isEvicted
          ? `Browsers that are short of space, or are told to clear data, remove what pages have stored. Your account${before === undefined ? '' : ` (${before.user})`} is gone from here, with what was said in it. With the recovery phrase it is yours again; what you said stays on no server and does not come back.`
          : 'With the 24 words that you wrote down. This browser becomes the only device of the account; what was said on others stays there.'}
      </p>
      <form onSubmit={recover}>
        {needsInvite && (
          <Field
            label="Invite link"
            value={invite}
            onChange={setInvite}
            hint="Any invite of this server does, also one that is used up."
          />
        )}
        <Field label="Username" name="username" autoComplete="username" value={username} onChange={setUsername} />
        <Field
          label="Recovery phrase"
          value={phrase}
          onChange={setPhrase}
          autoComplete="off"
          hint="24 words, with spaces between them"
        />
        <NewPassphrase state={passphrase} />
        <ProblemText text={task.problem} />
        <Button type="submit" look="primary" isBusy={task.isBusy}>
          Recover
        </Button>
      </form>
      <p className="aside">
        <button type="button" className="link" onClick={onBack}>
          I have no account yet
        </button>
      </p>
    </Entrance>
  );
}
