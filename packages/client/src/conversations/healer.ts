import type { Timer } from '../environment.ts';
import { type Conversation, ConversationState } from '../gen/rows_pb.ts';
import type { Context } from './context.ts';
import { replaceGroup } from './replace-group.ts';
import { markBroken } from './replaced.ts';
import { tellError } from './tell.ts';

/** Groups of one conversation are replaced no more often, whatever the other side sends. */
const INTERVAL_MS = 60_000;
/** First wait after a replacement that could not be made, and the longest. */
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10 * 60_000;
/** A commit that is on its way should come within this time. */
const BEHIND_MS = 30_000;

/** Sees to it that every broken conversation gets a new group: one attempt at a time each, again and again until there is one. */
export class Healer {
  readonly #context: Context;
  readonly #onError: (error: unknown) => void;
  readonly #running = new Set<string>();
  readonly #timers = new Map<string, Timer>();
  readonly #attempts = new Map<string, number>();
  /** What the user knows of why there is no new group. */
  readonly #told = new Map<string, Set<string>>();
  /** For these the server has lied last: nothing that it says makes the wait for the next attempt shorter. */
  readonly #lied = new Set<string>();
  #behindTimer: Timer | undefined;
  #over = false;

  constructor(context: Context, onError: (error: unknown) => void) {
    this.#context = context;
    this.#onError = onError;
  }

  /** A conversation (by its id in hex) is broken, or the last attempt for it came to nothing. */
  heal(key: string): void {
    if (this.#over || this.#running.has(key) || this.#timers.has(key)) return;
    const { records, environment } = this.#context;
    const conversation = records.conversations.rows.get(key);
    if (conversation === undefined || !conversation.broken || conversation.state !== ConversationState.OPEN) return;
    const waitMs = conversation.replacedMs === 0 ? 0 : conversation.replacedMs + INTERVAL_MS - environment.now();
    // A clock that was put back is no reason to wait for days.
    if (waitMs > 0) this.#wait(key, Math.min(waitMs, INTERVAL_MS));
    else void this.#attempt(key);
  }

  /** After each login: what an earlier run left, and what waits for a commit that does not come. */
  online(): void {
    for (const [key] of this.#context.records.conversations.rows) this.#soon(key);
    this.#watchBehind(new Set());
  }

  /** Somebody came on line: there may be KeyPackages now. */
  present(user: string): void {
    for (const [key, { peer }] of this.#context.records.conversations.rows) if (peer === user) this.#soon(key);
  }

  stop(): void {
    this.#over = true;
    this.#behindTimer?.cancel();
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #soon(key: string): void {
    if (!this.#lied.has(key)) this.#now(key);
  }

  #now(key: string): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
    this.heal(key);
  }

  async #attempt(key: string): Promise<void> {
    this.#running.add(key);
    try {
      const outcome = await replaceGroup(this.#context, key);
      this.#running.delete(key);
      if (outcome === 'done') {
        this.#attempts.delete(key);
        this.#told.delete(key);
        this.#lied.delete(key);
        return;
      }
      if (outcome === 'later') this.#lied.delete(key);
      else this.#tell(key, outcome.message);
      const attempt = this.#attempts.get(key) ?? 0;
      this.#attempts.set(key, attempt + 1);
      this.#wait(key, Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 16)));
    } catch (error) {
      this.#running.delete(key);
      this.#onError(error);
    }
  }

  /** Each reason once, however often it is tried. */
  #tell(key: string, why: string): void {
    const peer = this.#context.records.conversations.rows.get(key)?.peer;
    const told = this.#told.get(key) ?? new Set();
    this.#lied.add(key);
    if (peer === undefined || told.has(why)) return;
    this.#told.set(key, told.add(why));
    const message = `no new keys can be made for the conversation with ${peer}, by what the server says of their devices: ${why}`;
    tellError(this.#context, undefined, 'invalid_consent', message, { user: peer });
  }

  #wait(key: string, delayMs: number): void {
    if (this.#over) return;
    const timer = this.#context.environment.setTimer(() => this.#now(key), delayMs);
    this.#timers.set(key, timer);
  }

  /** What was behind a while ago and still is waits no longer. */
  #watchBehind(before: ReadonlySet<string>): void {
    this.#behindTimer?.cancel();
    if (this.#over) return;
    const { environment, records } = this.#context;
    this.#behindTimer = environment.setTimer(() => {
      const behind = [...records.conversations.rows].filter(([, row]) => isBehind(row)).map(([key]) => key);
      const stuck = behind.filter((key) => before.has(key));
      this.#watchBehind(new Set(behind));
      if (stuck.length > 0) this.#breakOff(stuck).catch(this.#onError);
    }, BEHIND_MS);
  }

  #breakOff(stuck: readonly string[]): Promise<void> {
    return this.#context.records.transact(async (transaction) => {
      for (const key of stuck) {
        const row = transaction.get(this.#context.records.conversations, key);
        if (row !== undefined && isBehind(row)) markBroken(this.#context, transaction, key);
      }
    });
  }
}

/** A commit should come: the server has spoken of it, or has brought what was said after it. */
function isBehind({ behind, future }: Conversation): boolean {
  return behind || future.length > 0;
}
