import { useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { remember, remembered } from '../device/remembered.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { useTask } from '../parts/use-task.ts';

interface ForgetAccountProps {
  /** The passphrase is lost: there is no other way on. */
  readonly isLost?: boolean;
  onClose(): void;
}

/** Removing cannot be undone, so what is lost by it is said before. */
export function ForgetAccount({ isLost = false, onClose }: ForgetAccountProps) {
  const { remote } = useStore();
  const task = useTask();
  const [user] = useState(() => remembered()?.user ?? 'your account');
  const forget = (): Promise<void> =>
    task.run(async () => {
      const account = remembered();
      // Before: the screen that comes then would say that the browser has removed it.
      remember(undefined);
      await remote.call('forget').catch((error: unknown) => {
        remember(account);
        throw error;
      });
    });
  return (
    <Dialog title={`Remove ${user} from this browser?`} onClose={onClose}>
      {isLost && <p>Nobody can open the account here without its passphrase: not you, and not who runs the server.</p>}
      <p>
        All that was said is removed from here with it, and is nowhere else. With the recovery phrase and an invite of this server
        you get the account itself back, in this or any other browser.
      </p>
      <ProblemText text={task.problem} />
      <div className="actions">
        <Button look="danger" isBusy={task.isBusy} onClick={() => void forget()}>
          Remove from this browser
        </Button>
        <Button onClick={onClose}>Keep it</Button>
      </div>
    </Dialog>
  );
}
