import type { HistoryEntry, TimelineState } from '@parley/client';
import { entryLines } from './entry-lines.ts';
import { type Line, span } from './line.ts';

/** A part of the current conversation that was said before, shown above the input. */
export interface Window {
  readonly lines: readonly Line[];
  /** Rows between the end of the conversation and that of the window; as it was asked for, as far as there are so many. */
  readonly fromEnd: number;
  /** The window has come to the oldest that is loaded. */
  readonly isAtStart: boolean;
}

/** Lays out a conversation row by row, and remembers it: looking back asks for the same rows again and again. */
export class LookingBack {
  readonly #user: string;
  #columns = 0;
  #known = new WeakMap<HistoryEntry, readonly Line[]>();

  constructor(user: string) {
    this.#user = user;
  }

  window({ entries }: TimelineState, fromEnd: number, columns: number, rows: number): Window {
    if (columns !== this.#columns) {
      this.#columns = columns;
      this.#known = new WeakMap();
    }
    const all: Line[] = entries.flatMap((entry) => this.#linesOf(entry));
    const furthest = Math.max(0, all.length - rows);
    const end = all.length - Math.min(fromEnd, furthest);
    return { lines: all.slice(Math.max(0, end - rows), end), fromEnd: all.length - end, isAtStart: fromEnd >= furthest };
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
