import type { ChatState, HistoryEntry, TimelineState } from '@parley/client';
import { neutralize } from '../../sanitize.ts';
import { dayOf } from '../time.ts';
import { entryLines } from './entry-lines.ts';
import { type Line, span } from './line.ts';

/** So many messages that were read before are shown again when a conversation is opened. */
const CONTEXT_ENTRIES = 10;
/** A message that is longer is cut; looking back shows it whole. */
const MAX_ENTRY_ROWS = 40;

/**
 * What has been printed above the input: the terminal keeps it, so nothing of it can be changed. Each message is printed once it cannot
 * change any more, which is when the server has it.
 */
export class Scrollback {
  readonly #user: string;
  #peer: string | undefined;
  #isOpen = false;
  /** Ids of the current conversation's messages that need no printing any more. */
  #done = new Set<string>();
  /** Older ones, which looking back has loaded, are not printed. */
  #firstPosition = 0;
  #day = '';

  constructor(user: string) {
    this.#user = user;
  }

  /** The lines that this state adds. */
  advance({ current }: ChatState, columns: number): Line[] {
    const lines: Line[] = [];
    if (current?.peer !== this.#peer) {
      this.#peer = current?.peer;
      this.#isOpen = false;
      // At once: what the server says of this one may come before what was said is read.
      if (current !== undefined) lines.push(title(current.peer));
    }
    if (current === undefined || !current.isLoaded) return lines;
    if (!this.#isOpen) this.#open(current);
    for (const entry of current.entries) {
      if (entry.position < this.#firstPosition || entry.state === 'waiting' || this.#done.has(entry.id)) continue;
      this.#done.add(entry.id);
      if (entry.id === current.newFrom) lines.push([span('── new messages ──', 'alert')]);
      lines.push(...this.#entry(entry, columns));
    }
    return lines;
  }

  /** The newest lines once more, as many as these rows: what had been on the screen is not there any more. */
  repeat(current: TimelineState, columns: number, rows: number): Line[] {
    const settled = current.entries.filter(({ state }) => state !== 'waiting');
    for (const { id } of settled) this.#done.add(id);
    const lines: Line[] = [];
    for (let i = settled.length - 1; i >= 0 && lines.length < rows; i -= 1) {
      const entry = settled[i];
      if (entry !== undefined) lines.unshift(...entryLines(entry, this.#user, columns, MAX_ENTRY_ROWS));
    }
    return [title(current.peer), ...lines.slice(-rows)];
  }

  #open({ entries, newFrom }: TimelineState): void {
    this.#isOpen = true;
    this.#day = '';
    this.#firstPosition = entries[0]?.position ?? 0;
    const firstNew = entries.findIndex(({ id }) => id === newFrom);
    const start = Math.max(0, (firstNew < 0 ? entries.length : firstNew) - CONTEXT_ENTRIES);
    // What waits is printed when it is sent, wherever it stands.
    this.#done = new Set(entries.slice(0, start).flatMap(({ id, state }) => (state === 'waiting' ? [] : [id])));
  }

  #entry(entry: HistoryEntry, columns: number): Line[] {
    const day = dayOf(entry.at);
    const lines = entryLines(entry, this.#user, columns, MAX_ENTRY_ROWS);
    if (day === this.#day) return lines;
    this.#day = day;
    return [[span(day, 'quiet')], ...lines];
  }
}

function title(peer: string): Line {
  return [span('── '), span(neutralize(peer), 'current'), span(' ──')];
}
