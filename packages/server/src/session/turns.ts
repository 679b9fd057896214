/** Whoever waits for a turn: a connection. */
interface Waiter {
  readonly isOver: boolean;
}

/**
 * Has costly work of many connections done a piece in each turn of the event loop, first come first served: everybody else is served in
 * between, however much of it comes at once. Those who are over by the time they are next are passed by at once, so that nobody waits for
 * them.
 */
export class Turns {
  readonly #waiting: { readonly waiter: Waiter; readonly resolve: (hasTurn: boolean) => void }[] = [];

  /** True, in a turn that is nobody else's: what is done before the next `await` is the piece. False: the waiter is over. */
  next(waiter: Waiter): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#waiting.push({ waiter, resolve }) === 1) setImmediate(() => this.#give());
    });
  }

  #give(): void {
    let hasTurn = false;
    while (!hasTurn) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      hasTurn = !next.waiter.isOver;
      next.resolve(hasTurn);
    }
    if (this.#waiting.length > 0) setImmediate(() => this.#give());
  }
}
