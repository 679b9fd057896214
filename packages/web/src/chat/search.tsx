import type { HistoryEntry } from '@parley/client';
import { type FormEvent, useState } from 'react';
import { useStore } from '../app/use-app.ts';
import type { Found } from '../bridge/calls.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { dayOf, timeOfDay } from '../parts/time.ts';
import { useTask } from '../parts/use-task.ts';
import { MessageText } from './message-text.tsx';

interface SearchProps {
  readonly peer: string;
  readonly user: string;
  /** An entry of the conversation that is in its timeline now is to be shown where it stands. */
  onFound(id: string): void;
  onClose(): void;
}

/** Looks through one conversation, in this browser: nobody else can. */
export function Search({ peer, user, onFound, onClose }: SearchProps) {
  const { remote } = useStore();
  const task = useTask();
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Found & { readonly query: string }>();
  const search = (event: FormEvent): void => {
    event.preventDefault();
    void task.run(async () => setFound({ query, ...(await remote.call('search', peer, query)) }));
  };
  const goTo = ({ id, position }: HistoryEntry): Promise<void> =>
    task.run(async () => {
      if (!(await remote.call('loadBackTo', position)))
        throw new RangeError('That is too far back to go there. It stands here whole.');
      onFound(id);
    });
  return (
    <Dialog title={`Search with ${peer}`} onClose={onClose} className="search">
      <form className="search-row" onSubmit={search}>
        <Field label="Words" type="search" value={query} onChange={setQuery} autoFocus />
        <Button type="submit" isBusy={task.isBusy}>
          Search
        </Button>
      </form>
      <ProblemText text={task.problem} />
      <p className="hint" role="status">
        {found !== undefined && summary(found)}
      </p>
      <ol className="found">
        {found?.entries.map((entry) => (
          <li key={entry.id}>
            <p className="meta">
              <strong>{entry.from === user ? 'You' : entry.from}</strong> {dayOf(entry.at)}, {timeOfDay(entry.at)}{' '}
              <button type="button" className="link" onClick={() => void goTo(entry)}>
                Go there
              </button>
            </p>
            {entry.kind === 'text' && <MessageText text={entry.text} />}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

function summary({ entries, hasMore, query }: Found & { readonly query: string }): string {
  if (entries.length === 0) return `Nothing with “${query}”.`;
  return hasMore ? `The newest ${entries.length}; more words find older ones.` : `${entries.length} found, newest first.`;
}
