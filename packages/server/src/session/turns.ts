/**
 * Has costly work of many connections done a piece in each turn of the event loop, first come first served: everybody else is served in
 * between, however much of it comes at once.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  /** Resolves in a turn that is nobody else's: what is done before the next `await` is the piece. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#give());
    });
  }

  #give(): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(() => this.#give());
  }
}
