/** Shown for what takes longer, and renewed as often. */
const INTERVAL_MS = 1_000;

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Says on the terminal how far something has come: nothing where it is quick, or standard error is no terminal. */
export class Progress {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #isShown: boolean;
  #count = 0;
  #last: number;
  #isThere = false;

  /** @param isBusy the result itself goes to the terminal, where a note would stand between its lines */
  constructor(isBusy: boolean, output: Output = process.stderr, now: () => number = Date.now) {
    this.#output = output;
    this.#now = now;
    this.#isShown = output.isTTY === true && !isBusy;
    this.#last = now();
  }

  count(): void {
    this.#count += 1;
    if (!this.#isShown || this.#now() - this.#last < INTERVAL_MS) return;
    this.#last = this.#now();
    this.#isThere = true;
    this.#output.write(`\r\u001b[K${this.#count.toLocaleString('en')} messages`);
  }

  /** Leaves nothing on the screen. */
  end(): void {
    if (this.#isThere) this.#output.write('\r\u001b[K');
    this.#isThere = false;
  }
}
