import { useStore } from '../app/use-app.ts';
import { Button } from '../parts/button.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { useTask } from '../parts/use-task.ts';
import { Entrance } from './entrance.tsx';

/** One tab at a time has the account open: two would answer each other's messages. */
export function Elsewhere({ taken }: { readonly taken: boolean }) {
  const { remote } = useStore();
  const task = useTask();
  return (
    <Entrance title={taken ? 'Parley goes on in another tab' : 'Parley is open in another tab'}>
      <p className="lead">
        One tab or window at a time has your account open.{' '}
        {taken
          ? 'You can come back to this one.'
          : 'Go there, or go on here instead: the other one then closes its session, and loses nothing.'}
      </p>
      <ProblemText text={task.problem} />
      <div className="actions">
        <Button look="primary" isBusy={task.isBusy} onClick={() => void task.run(() => remote.call('takeOver'))}>
          Use it here
        </Button>
      </div>
    </Entrance>
  );
}
