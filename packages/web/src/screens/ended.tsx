import type { Problem } from '../bridge/calls.ts';
import { Button } from '../parts/button.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { Entrance } from './entrance.tsx';

/** It cannot go on by itself. */
export function Ended({ problem }: { readonly problem: Problem }) {
  const isReplaced = problem.code === 'replaced';
  return (
    <Entrance title={isReplaced ? 'Signed in elsewhere' : 'Parley had to stop'}>
      <ProblemText text={problem.message} />
      <div className="actions">
        <Button look="primary" onClick={() => location.reload()}>
          Start again
        </Button>
      </div>
    </Entrance>
  );
}
