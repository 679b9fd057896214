import type { HistoryEntry, TimelineState } from '@parley/client';
import { entryLines } from './entry-lines.ts';
import { type Line, span } from './line.ts';

/** A part of the current conversation that was said before, shown above the input. */
export interface Window {
  readonly lines: readonly Line[];
  /** Rows between the end of the conversation and that of the window. */
  readonly fromEnd: number;
  /** It has come to the oldest that is loaded, and there is more. */
  readonly needsOlder: boolean;
}

/** How far it is looked back, and what is to be seen there. */
export class LookingBack {
  readonly #user: string;
  #columns = 0;
  /** Looking back asks for the same rows again and again. */
  #known = new WeakMap<HistoryEntry, readonly Line[]>();
  /** Rows from the end; undefined = it is not looked back. */
  #fromEnd: number | undefined;
  /** The id of the last entry when it was looked at. */
  #last: string | undefined;

  constructor(user: string) {
    this.#user = user;
  }

  get isActive(): boolean {
    return this.#fromEnd !== undefined;
  }

  /** Goes back a page of so many rows, or forward; false where that leads beyond the end. */
  turn(pages: 1 | -1, rows: number): boolean {
    // A row of the page before stays to be seen.
    const wanted = (this.#fromEnd ?? 0) + pages * Math.max(1, rows - 1);
    if (wanted < 0) return false;
    if (this.#fromEnd === undefined) this.#last = undefined;
    this.#fromEnd = wanted;
    return true;
  }

  /** Whether it was looked back until now. */
  stop(): boolean {
    const wasActive = this.isActive;
    this.#fromEnd = undefined;
    return wasActive;
  }

  /** Undefined where it is not looked back. */
  window({ entries, hasOlder }: TimelineState, columns: number, rows: number): Window | undefined {
    if (this.#fromEnd === undefined) return undefined;
    if (columns !== this.#columns) {
      this.#columns = columns;
      this.#known = new WeakMap();
    }
    const wanted = this.#fromEnd + this.#rowsAdded(entries);
    const all: Line[] = entries.flatMap((entry) => this.#linesOf(entry));
    const furthest = Math.max(0, all.length - rows);
    const needsOlder = wanted >= furthest && hasOlder;
    const fromEnd = Math.min(wanted, furthest);
    // Where older ones are on their way it goes on to what was wanted.
    this.#fromEnd = needsOlder ? wanted : fromEnd;
    const end = all.length - fromEnd;
    return { lines: all.slice(Math.max(0, end - rows), end), fromEnd, needsOlder };
  }

  /** What has come since stands below what is read, and does not move it. */
  #rowsAdded(entries: readonly HistoryEntry[]): number {
    const before = entries.findLastIndex(({ id }) => id === this.#last);
    this.#last = entries.at(-1)?.id;
    if (before < 0) return 0;
    return entries.slice(before + 1).reduce((sum, entry) => sum + this.#linesOf(entry).length, 0);
  }

  #linesOf(entry: HistoryEntry): readonly Line[] {
    const known = this.#known.get(entry);
    if (known !== undefined) return known;
    const mark = entry.state === 'waiting' ? [[span('(waits)', 'quiet')]] : [];
    const lines = [...mark, ...entryLines(entry, this.#user, this.#columns)];
    this.#known.set(entry, lines);
    return lines;
  }
}
