/** Something whose queued frames can be sealed and sent. */
interface Flushable {
  flush(): void;
}

/**
 * Seals and sends once a turn of the event loop: all frames that a turn made for one connection share records and one write of
 * its socket.
 */
export class Output {
  readonly #dirty = new Set<Flushable>();
  #isScheduled = false;

  schedule(connection: Flushable): void {
    this.#dirty.add(connection);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const connection of dirty) connection.flush();
  }
}
