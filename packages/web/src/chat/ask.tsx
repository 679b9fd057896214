import { isUsername } from '@parley/protocol';
import { type FormEvent, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { REST } from '../parts/focus.ts';
import { ProblemText } from '../parts/problem-text.tsx';
import { useTask } from '../parts/use-task.ts';

interface AskProps {
  readonly user: string;
  /** What is in the field: names on line can be put there by a click. */
  readonly name: string;
  onName(name: string): void;
}

/** Asks somebody to talk. */
export function Ask({ user, name, onName }: AskProps) {
  const { remote } = useStore();
  const task = useTask();
  const [asked, setAsked] = useState<string>();

  const ask = (event: FormEvent): void => {
    event.preventDefault();
    void task.run(async () => {
      const whom = name.trim().toLowerCase();
      if (!isUsername(whom)) throw new RangeError('Names are 2–32 of a–z, 0–9, dot, dash and underscore.');
      if (whom === user) throw new RangeError('This is your own name.');
      const contact = await remote.call('contact', whom);
      if (contact?.blocked === true) throw new RangeError(`You have blocked ${whom}, which cannot be undone yet.`);
      await remote.call('request', whom);
      setAsked(whom);
      onName('');
    });
  };

  return (
    <form className="ask" onSubmit={ask}>
      <div className="ask-row">
        <Field label="Who" value={name} onChange={onName} autoComplete="off" placeholder="name" {...REST} />
        <Button type="submit" isBusy={task.isBusy}>
          Request to talk
        </Button>
      </div>
      <ProblemText text={task.problem} />
      <p className="unseen" role="status">
        {asked === undefined ? '' : `${asked} was asked.`}
      </p>
    </form>
  );
}
