import { type FormEvent, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { amendRemembered, remembered } from '../device/remembered.ts';
import { forgetInvite } from '../device/invite-link.ts';
import { useInvite } from '../device/use-invite.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { useTask } from '../parts/use-task.ts';
import { Entrance } from './entrance.tsx';
import { ForgetAccount } from './forget-account.tsx';

/** The account in this browser is sealed; the passphrase opens it, also off line. */
export function Unlock() {
  const { remote } = useStore();
  const task = useTask();
  const [passphrase, setPassphrase] = useState('');
  const [isForgetting, setForgetting] = useState(false);
  const account = remembered();
  // The link of one's own join, which was cut off, is no other invite.
  const isInvited = useInvite() !== undefined && account?.isJoining !== true;
  const user = account?.user;

  const unlock = (event: FormEvent): void => {
    event.preventDefault();
    void task.run(async () => {
      await remote.call('unlock', passphrase, account?.phrasePending ?? false);
      // Its invite is used up, or a part of the account until the server has answered.
      if (account?.isJoining === true) forgetInvite();
      amendRemembered({ isJoining: false });
    });
  };

  return (
    <Entrance title={user === undefined ? 'Welcome back' : `Welcome back, ${user}`}>
      {isInvited && (
        <p className="lead">
          This link invites somebody new, and this browser has an account here already. For another one, use another browser or
          profile.
        </p>
      )}
      <form onSubmit={unlock}>
        <input type="text" name="username" autoComplete="username" value={user ?? ''} readOnly hidden />
        <Field
          label="Passphrase"
          type="password"
          autoComplete="current-password"
          value={passphrase}
          onChange={setPassphrase}
          autoFocus
        />
        <ProblemText text={task.problem} />
        <Button type="submit" look="primary" isBusy={task.isBusy}>
          Unlock
        </Button>
      </form>
      <p className="aside">
        <button type="button" className="link" onClick={() => setForgetting(true)}>
          I cannot open it
        </button>
      </p>
      {isForgetting && <ForgetAccount isLost onClose={() => setForgetting(false)} />}
    </Entrance>
  );
}
