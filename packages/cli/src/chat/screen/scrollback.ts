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
      if (!this.#isDue(entry)) continue;
      this.#done.add(entry.id);
      if (entry.id === current.newFrom) lines.push(newMessages(current));
      lines.push(...this.#entry(entry, columns));
    }
    return lines;
  }

  /** What was not printed yet, and before it as much as fills these rows: what had been on the screen is not there any more. */
  repeat(current: TimelineState, columns: number, rows: number): Line[] {
    const settled = current.entries.filter(({ state }) => state !== 'waiting');
    const firstNew = settled.findIndex((entry) => this.#isDue(entry));
    for (const { id } of settled) this.#done.add(id);
    const lines: Line[] = [];
    let needed = rows;
    for (const [index, entry] of [...settled.entries()].reverse()) {
      if (lines.length >= needed && (firstNew < 0 || index < firstNew)) break;
      lines.unshift(...entryLines(entry, this.#user, columns, MAX_ENTRY_ROWS));
      if (index === firstNew) needed = Math.max(rows, lines.length);
    }
    return [title(current.peer), ...lines.slice(-needed)];
  }

  #isDue({ id, position, state }: HistoryEntry): boolean {
    return position >= this.#firstPosition && state !== 'waiting' && !this.#done.has(id);
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

/** Of very many that are new some are older than what is shown. */
function newMessages({ entries, newFrom, hasOlder }: TimelineState): Line {
  const isCut = hasOlder && entries[0]?.id === newFrom;
  return [span(isCut ? '── new messages; PgUp: more of them ──' : '── new messages ──', 'alert')];
}
