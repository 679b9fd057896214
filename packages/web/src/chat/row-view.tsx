import type { HistoryEntry } from '@parley/client';
import { memo } from 'react';
import { Icon } from '../parts/icon.tsx';
import { dayOf, machineTime, timeOfDay } from '../parts/time.ts';
import { MessageText } from './message-text.tsx';
import type { Row } from './rows.ts';

interface RowViewProps {
  readonly row: Row;
  readonly user: string;
}

/** Drawn anew only where its entry is another: while messages come in, the rest of the screen stays as it is. */
export const RowView = memo(({ row, user }: RowViewProps) => {
  if (row.kind === 'day') return <p className="day">{dayOf(row.at)}</p>;
  if (row.kind === 'new') return <p className="new-line">New</p>;
  return <Entry entry={row.entry} isFirst={row.isFirst} isMine={row.entry.from === user} />;
}, isSameRow);

function isSameRow(a: RowViewProps, b: RowViewProps): boolean {
  if (a.user !== b.user || a.row.key !== b.row.key || a.row.kind !== b.row.kind) return false;
  if (a.row.kind !== 'entry' || b.row.kind !== 'entry') return true;
  return a.row.entry === b.row.entry && a.row.isFirst === b.row.isFirst;
}

function Entry({
  entry,
  isFirst,
  isMine,
}: {
  readonly entry: HistoryEntry;
  readonly isFirst: boolean;
  readonly isMine: boolean;
}) {
  return (
    <article className="entry" data-mine={isMine} data-first={isFirst} data-state={entry.state}>
      {/* Whoever does not see the sides hears the name at every one. */}
      <p className="unseen">{isMine ? 'You' : entry.from}</p>
      <div className="bubble">
        {entry.kind === 'text' ? <MessageText text={entry.text} /> : <p className="missing">{missing(entry)}</p>}
        <p className="meta">
          <time dateTime={machineTime(entry.at)}>{timeOfDay(entry.at)}</time>
          {entry.state !== undefined && <StateMark state={entry.state} />}
        </p>
      </div>
    </article>
  );
}

function StateMark({ state }: { readonly state: NonNullable<HistoryEntry['state']> }) {
  const [icon, text] = MARKS[state];
  return (
    <span className="mark" title={text}>
      <Icon name={icon} />
      <span className="unseen">{text}</span>
    </span>
  );
}

const MARKS = {
  waiting: ['clock', 'not sent yet'],
  sent: ['check', 'sent'],
  refused: ['alert', 'not taken by the server'],
} as const;

function missing({ kind, from }: HistoryEntry): string {
  return kind === 'gap'
    ? `Something that ${from} has sent is missing here.`
    : `${from} sent something that this version cannot show.`;
}
