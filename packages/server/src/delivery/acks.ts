import type { SessionRef, Store } from '../store/store.ts';

/** Writes the ACKs of one session, one at a time: while one is under way only the newest of the others is kept. */
export class AckWriter {
  readonly #store: Pick<Store, 'ack'>;
  readonly #by: SessionRef;
  readonly #fail: (error: unknown) => void;
  #wanted = 0n;
  #written = 0n;
  #isWriting = false;

  constructor(store: Pick<Store, 'ack'>, by: SessionRef, fail: (error: unknown) => void) {
    this.#store = store;
    this.#by = by;
    this.#fail = fail;
  }

  /** Everything up to `position` may be deleted. */
  ack(position: bigint): void {
    if (position <= this.#wanted) return;
    this.#wanted = position;
    if (!this.#isWriting) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#written < this.#wanted) {
        const position = this.#wanted;
        // A session that was replaced has no say any more, and its connection is ending.
        if ((await this.#store.ack({ by: this.#by, position })) !== 'ok') return;
        this.#written = position;
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isWriting = false;
    }
  }
}
