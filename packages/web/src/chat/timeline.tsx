import type { TimelineState } from '@parley/client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { useStore } from '../app/use-app.ts';
import { IconButton } from '../parts/button.tsx';
import { RowView } from './row-view.tsx';
import { type Row, rowsOf } from './rows.ts';
import { useFollow } from './use-follow.ts';

/** So near the first row older ones are read. */
const LOAD_AT_ROWS = 30;
/** Rows drawn beyond what is seen, on either side. */
const OVERSCAN = 12;
const CHARACTERS_A_LINE = 60;

interface TimelineProps {
  readonly timeline: TimelineState;
  readonly user: string;
  readonly canTalk: boolean;
  readonly target: Target | undefined;
}

/** An entry that is to be shown where it stands; another object each time that is asked for. */
export interface Target {
  readonly id: string;
}

/** What was said. Only the rows that are seen are in the page, however many there are. */
export function Timeline({ timeline, user, canTalk, target }: TimelineProps) {
  const { remote } = useStore();
  const scroller = useRef<HTMLDivElement>(null);
  const { entries, newFrom, hasOlder, isLoaded, peer } = timeline;
  const rows = useMemo(() => rowsOf({ entries, newFrom }), [entries, newFrom]);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN,
    paddingStart: 16,
    paddingEnd: 16,
    // What is put in before the first row moves nothing of what is seen.
    anchorTo: 'end',
  });
  const items = virtualizer.getVirtualItems();
  const height = virtualizer.getTotalSize();
  const { isAtEnd, toEnd, letGo } = useFollow(scroller, height);

  const show = (index: number): void => {
    letGo();
    virtualizer.scrollToIndex(index, { align: 'center' });
  };
  // Where what is new begins, else it stays at the end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is loaded
  useLayoutEffect(() => {
    if (!isLoaded) return;
    const firstNew = rows.findIndex(({ kind }) => kind === 'new');
    if (firstNew >= 0) show(firstNew);
  }, [isLoaded]);

  const targetIndex = target === undefined ? -1 : rows.findIndex(({ key }) => key === target.id);
  const isThere = targetIndex >= 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each target, not when rows come
  useLayoutEffect(() => {
    if (isThere) show(targetIndex);
  }, [target, isThere]);

  const first = items[0]?.index ?? 0;
  const mayLoad = hasOlder && isLoaded && first < LOAD_AT_ROWS;
  const oldest = entries[0]?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each oldest one
  useEffect(() => {
    if (mayLoad) remote.tell('loadOlder');
  }, [mayLoad, oldest]);

  const goToEnd = (): void => {
    toEnd();
    // The button is gone then.
    scroller.current?.focus();
  };

  return (
    <div className="timeline">
      {/* Rows that come into sight while looking back are nothing new: they are not read out. */}
      <div
        ref={scroller}
        className="scroller"
        role="log"
        aria-label={`Conversation with ${peer}`}
        aria-live={isAtEnd ? 'polite' : 'off'}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys too
        tabIndex={0}
      >
        {isLoaded && canTalk && entries.length === 0 && (
          <p className="nothing-said">Nothing was said yet. What you write here is read by {peer} and you alone.</p>
        )}
        <div className="rows" style={{ height }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className="row"
                data-target={item.key === target?.id}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row !== undefined && <RowView row={row} user={user} />}
              </div>
            );
          })}
        </div>
      </div>
      {!isAtEnd && <IconButton icon="down" label="To the newest" className="to-end" onClick={goToEnd} />}
    </div>
  );
}

/** Pixels, until it is measured. */
function estimate(row: Row | undefined): number {
  if (row?.kind !== 'entry' || row.entry.kind !== 'text') return 44;
  const lines = row.entry.text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / CHARACTERS_A_LINE)), 0);
  return 32 + 21 * Math.min(lines, 200) + (row.isFirst ? 14 : 0);
}
