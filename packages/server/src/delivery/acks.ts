import type { Clock } from '../clock.ts';
import type { SessionRef } from '../store/entries.ts';
import type { Store } from '../store/store.ts';
import { isFull } from '../store/store-error.ts';

/**
 * An ACK of what is on no disk is written so long after it at most, and at the end of the session. Sooner, the ACKs of thousands who
 * now and then get a message would cost the disk as much as the messages that it was spared.
 */
const LAZY_MS = 60_000;
/** One that found no space is tried again. */
const AGAIN_MS = 5_000;

/** Writes the ACKs of one session, one at a time: while one is under way only the newest of the others is kept. */
export class AckWriter {
  readonly #store: Pick<Store, 'ack'>;
  readonly #clock: Clock;
  readonly #by: SessionRef;
  readonly #fail: (error: unknown) => void;
  #wanted = 0n;
  #written = 0n;
  #onDisk = 0n;
  /** Everything is to be written, also what is on no disk. */
  #isDue = false;
  #isWriting = false;
  /** The disk was full: nothing is tried until the timer says so. */
  #isFull = false;
  #isOver = false;
  #cancelTimer: (() => void) | undefined;

  constructor(store: Pick<Store, 'ack'>, clock: Clock, by: SessionRef, fail: (error: unknown) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#by = by;
    this.#fail = fail;
  }

  /** Everything up to `position` may be deleted; `onDisk` is the highest position that may be on disk. */
  ack(position: bigint, onDisk: bigint): void {
    if (position <= this.#wanted) return;
    this.#wanted = position;
    this.#onDisk = onDisk;
    if (this.#isWriting || this.#isFull) return;
    if (this.#isNeeded) void this.#write();
    else this.#writeLater();
  }

  /** Writes what has not been written, for the last time. The device names its position again when it logs in. */
  end(): void {
    this.#isOver = true;
    this.#cancelTimer?.();
    this.#flush();
  }

  #flush(): void {
    this.#cancelTimer = undefined;
    this.#isDue = true;
    this.#isFull = false;
    void this.#write();
  }

  /** Whether there is something to write that cannot wait. */
  get #isNeeded(): boolean {
    return this.#written < this.#wanted && (this.#isDue || this.#written < this.#onDisk);
  }

  #writeLater(): void {
    if (this.#written >= this.#wanted || this.#isOver) return;
    this.#cancelTimer ??= this.#clock.after(this.#isFull ? AGAIN_MS : LAZY_MS, () => this.#flush());
  }

  async #write(): Promise<void> {
    if (this.#isWriting || this.#isFull) return;
    this.#isWriting = true;
    try {
      while (this.#isNeeded) {
        this.#isDue = false;
        this.#cancelTimer?.();
        this.#cancelTimer = undefined;
        const position = this.#wanted;
        // A session that was replaced has no say any more, and its connection is ending.
        if ((await this.#store.ack({ by: this.#by, position })) !== 'ok') this.#wanted = position;
        this.#written = position;
      }
    } catch (error) {
      if (isFull(error)) this.#isFull = true;
      else {
        this.#wanted = this.#written;
        this.#fail(error);
      }
    } finally {
      this.#isWriting = false;
    }
    this.#writeLater();
  }
}
