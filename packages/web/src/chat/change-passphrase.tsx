import { type FormEvent, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { NewPassphrase, usePassphrase } from '../parts/new-passphrase.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { useTask } from '../parts/use-task.ts';

export function ChangePassphrase() {
  const { remote } = useStore();
  const task = useTask();
  const [before, setBefore] = useState('');
  const passphrase = usePassphrase();
  const [isDone, setDone] = useState(false);
  const change = (event: FormEvent): void => {
    event.preventDefault();
    setDone(false);
    void task.run(async () => {
      await remote.call('changePassphrase', before, passphrase.checked());
      setBefore('');
      passphrase.setFirst('');
      passphrase.setSecond('');
      setDone(true);
    });
  };
  return (
    <form onSubmit={change}>
      <Field label="Current passphrase" type="password" autoComplete="current-password" value={before} onChange={setBefore} />
      <NewPassphrase state={passphrase} label="New passphrase" />
      <ProblemText text={task.problem} />
      <p role="status">{isDone && 'From now on the new one opens Parley here.'}</p>
      <Button type="submit" isBusy={task.isBusy}>
        Change it
      </Button>
    </form>
  );
}
