import { MAX_WORK_BYTES, MAX_WORK_BYTES_IN_TOTAL } from '@parley/protocol';

/** What all connections have under way together. */
export class TotalWork {
  bytes = 0;
}

/** The requests of one connection that have no reply yet. Beyond the caps the next one waits, and so does the socket. */
export class Work {
  readonly #maxCount: number;
  readonly #total: TotalWork;
  #count = 0;
  #bytes = 0;
  #waiters: { readonly isOver: () => boolean; readonly wake: () => void }[] = [];

  constructor(maxCount: number, total: TotalWork) {
    this.#maxCount = maxCount;
    this.#total = total;
  }

  begin(bytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
    this.#total.bytes += bytes;
  }

  end(bytes: number): void {
    this.#count -= 1;
    this.#bytes -= bytes;
    this.#total.bytes -= bytes;
    if (this.#waiters.length === 0) return;
    const woken = this.#waiters.filter(({ isOver }) => isOver());
    this.#waiters = this.#waiters.filter((waiter) => !woken.includes(waiter));
    for (const { wake } of woken) wake();
  }

  get hasRoom(): boolean {
    if (this.#count === 0) return true;
    return this.#count < this.#maxCount && this.#bytes < MAX_WORK_BYTES && this.#total.bytes < MAX_WORK_BYTES_IN_TOTAL;
  }

  /** Resolves when another request may begin. */
  room(): Promise<void> {
    return this.#when(() => this.hasRoom);
  }

  /** Resolves when every request has its reply. */
  idle(): Promise<void> {
    return this.#when(() => this.#count === 0);
  }

  #when(isOver: () => boolean): Promise<void> {
    if (isOver()) return Promise.resolve();
    return new Promise((wake) => this.#waiters.push({ isOver, wake }));
  }
}
