import { isUsername, parseInvite, toBase64Url } from '@parley/protocol';
import { type FormEvent, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import type { Problem } from '../bridge/calls.ts';
import { deviceName } from '../device/device-name.ts';
import { forgetInvite, inviteForHere } from '../device/invite-link.ts';
import { amendRemembered, remember } from '../device/remembered.ts';
import { askToPersist } from '../device/storage.ts';
import { useInvite } from '../device/use-invite.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { NewPassphrase, usePassphrase } from '../parts/new-passphrase.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { useTask } from '../parts/use-task.ts';
import { Entrance } from './entrance.tsx';

interface JoinProps {
  /** Why an earlier try has come to nothing. */
  readonly earlier: Problem | undefined;
  onRecover(): void;
}

/** A new account: a name and a passphrase, with the right to join in the page's own address. */
export function Join({ earlier, onRecover }: JoinProps) {
  const { remote } = useStore();
  const task = useTask();
  const given = useInvite();
  const [invite, setInvite] = useState('');
  const [username, setUsername] = useState('');
  const passphrase = usePassphrase();

  const join = (event: FormEvent): void => {
    event.preventDefault();
    void task.run(async () => {
      const name = username.trim().toLowerCase();
      if (!isUsername(name)) throw new RangeError(NAME_RULE);
      const link = inviteForHere(given ?? invite);
      const chosen = passphrase.checked();
      // Before: the page may be gone when the answer comes, and the phrase has to be shown all the same.
      remember({ user: name, caPin: toBase64Url(parseInvite(link).caPin), phrasePending: true, isJoining: true });
      await remote.call('join', { invite: link, username: name, passphrase: chosen, deviceName: deviceName() });
      forgetInvite();
      amendRemembered({ isJoining: false });
      await askToPersist();
    });
  };

  return (
    <Entrance title={given === undefined ? 'Join with an invite' : 'You are invited'}>
      <p className="lead">
        Choose the name by which others find you, and a passphrase that seals your account in this browser. Nobody can talk to you
        before you agree, and only you and they can read what you say.
      </p>
      <form onSubmit={join}>
        {given === undefined && (
          <Field
            label="Invite link"
            value={invite}
            onChange={setInvite}
            hint="It comes from somebody who is here already, or from who runs the server."
            autoFocus
          />
        )}
        <Field
          label="Username"
          name="username"
          autoComplete="username"
          value={username}
          onChange={setUsername}
          hint="2–32 of a–z, 0–9, dot, dash and underscore"
          autoFocus={given !== undefined}
        />
        <NewPassphrase state={passphrase} />
        <ProblemText text={task.problem ?? (task.isBusy ? undefined : earlier?.message)} />
        <Button type="submit" look="primary" isBusy={task.isBusy}>
          Join
        </Button>
      </form>
      <p className="aside">
        <button type="button" className="link" onClick={onRecover}>
          I have an account and its recovery phrase
        </button>
      </p>
    </Entrance>
  );
}

const NAME_RULE =
  'A name is 2–32 of a–z, 0–9, dot, dash and underscore, and starts and ends with a letter or digit: choose another.';
