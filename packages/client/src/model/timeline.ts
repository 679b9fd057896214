import type { History, HistoryEntry } from '../history.ts';
import type { TimelineState } from './state.ts';

/** So many are read at first, and again each time older ones are asked for. */
export const PAGE_ENTRIES = 100;
/** Of what is new so much is read at once; the rest is older then. */
const MAX_NEW_ENTRIES = 1_000;
/** Farther back than so many entries nobody is led. */
const MAX_LOOKED_BACK = 20_000;
/** Of a conversation that goes on for ever, so many stay in memory. */
const MAX_ENTRIES = 2_000;

interface Source {
  readonly history: History;
  readonly peer: string;
  /** Where reading had come to when it was opened. */
  readonly readPosition: number;
  onChange(): void;
  onError(error: unknown): void;
}

/** One conversation as far as it has been read from the vault: the newest part, and older ones when they are asked for. */
export class Timeline {
  readonly #source: Source;
  #entries: readonly HistoryEntry[] = [];
  #newFrom: string | undefined;
  /** Where it had come to when nobody looked any more. */
  #seenUpTo: number | undefined;
  #hasOlder = false;
  #isLoaded = false;
  #isClosed = false;
  #isLookedBack = false;
  #turn: Promise<void> = Promise.resolve();
  /** A refresh that has not begun. */
  #refreshing: Promise<void> | undefined;
  #state: TimelineState | undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  get peer(): string {
    return this.#source.peer;
  }

  get state(): TimelineState {
    this.#state ??= {
      peer: this.peer,
      entries: this.#entries,
      newFrom: this.#newFrom,
      hasOlder: this.#hasOlder,
      isLoaded: this.#isLoaded,
    };
    return this.#state;
  }

  /** From now on nobody looks: the first message of theirs that comes is where what is new begins. */
  expectNew(): void {
    this.#seenUpTo = this.#entries.at(-1)?.position ?? this.#source.readPosition;
  }

  /** Nothing changes any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Reads what has come since, and what has become of what waited. Calls that come while one is under way share the next. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#inTurn(async () => {
      this.#refreshing = undefined;
      await (this.#isLoaded ? this.#readOn() : this.#readNewest());
    });
    return this.#refreshing;
  }

  /** Reads a page of what was before. */
  loadOlder(): Promise<void> {
    const first = this.#entries[0];
    return this.#inTurn(async () => {
      // Two may have asked at once.
      if (first === undefined || this.#entries[0] !== first || !this.#hasOlder) return;
      this.#isLookedBack = true;
      const page = await this.#source.history.page(this.peer, { before: first.position, limit: PAGE_ENTRIES });
      this.#entries = [...page, ...this.#entries];
      this.#hasOlder = page.length === PAGE_ENTRIES;
      this.#changed();
    });
  }

  /** Reads back to a position of the history. False where that is too far. */
  async loadBackTo(position: number): Promise<boolean> {
    while (this.#hasOlder && !this.#isClosed && isAbove(this.#entries[0], position)) {
      if (this.#entries.length >= MAX_LOOKED_BACK) return false;
      await this.loadOlder();
    }
    return !this.#isClosed;
  }

  /** It was deleted. */
  remove(id: string): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#entries.some((entry) => entry.id === id)) return;
      this.#entries = this.#entries.filter((entry) => entry.id !== id);
      this.#changed();
    });
  }

  /** One after the other: what one has read another must not write over. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn
      .then(() => (this.#isClosed ? undefined : work()))
      .catch((error: unknown) => this.#source.onError(error));
    return this.#turn;
  }

  /** The newest page, and before it what is new. */
  async #readNewest(): Promise<void> {
    const { history, readPosition } = this.#source;
    let page = await history.page(this.peer, { limit: PAGE_ENTRIES });
    let entries = page;
    while (page.length === PAGE_ENTRIES && isAbove(page[0], readPosition) && entries.length < MAX_NEW_ENTRIES) {
      page = await history.page(this.peer, { before: page[0]?.position ?? 0, limit: PAGE_ENTRIES });
      entries = [...page, ...entries];
    }
    this.#entries = entries;
    this.#hasOlder = page.length === PAGE_ENTRIES;
    this.#newFrom = entries.find((entry) => entry.position > readPosition && entry.from === this.peer)?.id;
    this.#isLoaded = true;
    this.#changed();
  }

  /** From the first one on that had no OK yet: what is the same as before stays the same object. */
  async #readOn(): Promise<void> {
    const waiting = this.#entries.findIndex(({ state }) => state === 'waiting');
    const kept = waiting < 0 ? this.#entries : this.#entries.slice(0, waiting);
    const before = new Map(this.#entries.slice(kept.length).map((entry) => [entry.id, entry]));
    const read: HistoryEntry[] = [];
    const first = this.#entries[waiting];
    let after = kept.at(-1)?.position ?? (first === undefined ? Number.MIN_SAFE_INTEGER : first.position - 1);
    for (;;) {
      const page = await this.#source.history.page(this.peer, { after, limit: PAGE_ENTRIES });
      read.push(...page.map((entry) => same(before.get(entry.id), entry)));
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ENTRIES) break;
      after = last.position;
    }
    if (read.length === before.size && read.every((entry) => before.get(entry.id) === entry)) return;
    this.#entries = [...kept, ...read];
    this.#findNew();
    this.#forgetOldest();
    this.#changed();
  }

  #findNew(): void {
    const seen = this.#seenUpTo;
    if (seen === undefined) return;
    const first = this.#entries.find((entry) => isAbove(entry, seen) && entry.from === this.peer);
    if (first === undefined) return;
    this.#newFrom = first.id;
    this.#seenUpTo = undefined;
  }

  /** Whoever has asked for older ones wants to see them. */
  #forgetOldest(): void {
    const excess = this.#entries.length - MAX_ENTRIES;
    if (excess <= 0 || this.#isLookedBack) return;
    this.#entries = this.#entries.slice(excess);
    this.#hasOlder = true;
  }

  #changed(): void {
    if (this.#isClosed) return;
    this.#state = undefined;
    this.#source.onChange();
  }
}

function same(before: HistoryEntry | undefined, now: HistoryEntry): HistoryEntry {
  return before !== undefined && before.state === now.state && before.position === now.position ? before : now;
}

function isAbove(entry: HistoryEntry | undefined, position: number): boolean {
  return entry !== undefined && entry.position > position;
}
