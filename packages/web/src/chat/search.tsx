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
  onClose(): void;
}

/** Looks through one conversation, in this browser: nobody else can. */
export function Search({ peer, user, onClose }: SearchProps) {
  const { remote } = useStore();
  const task = useTask();
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Found & { readonly query: string }>();
  const search = (event: FormEvent): void => {
    event.preventDefault();
    void task.run(async () => setFound({ query, ...(await remote.call('search', peer, query)) }));
  };
  return (
    <Dialog title={`Search with ${peer}`} onClose={onClose} className="search">
      <form className="search-row" onSubmit={search}>
        {/* No field of type search: that takes the first Esc for itself. */}
        <Field label="Words" inputMode="search" enterKeyHint="search" value={query} onChange={setQuery} data-first />
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
              <strong>{entry.from === user ? 'You' : entry.from}</strong> {dayOf(entry.at)}, {timeOfDay(entry.at)}
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
