/** When each of the messages under way was sent, first in first out: they arrive, and are answered for, in order. */
export class SentTimes {
  readonly #times: Float64Array;
  #first = 0;
  #count = 0;

  /** @param most messages under way at once */
  constructor(most: number) {
    this.#times = new Float64Array(most);
  }

  /** So many are sent now. */
  add(count: number, nowMs: number): void {
    for (let i = 0; i < count; i += 1) this.#times[(this.#first + this.#count++) % this.#times.length] = nowMs;
    if (this.#count > this.#times.length) throw new Error('more messages under way than were allowed');
  }

  /** The oldest of them, which is taken out; `undefined` where none is under way. */
  take(): number | undefined {
    if (this.#count === 0) return undefined;
    const time = this.#times[this.#first];
    this.#first = (this.#first + 1) % this.#times.length;
    this.#count -= 1;
    return time;
  }

  get underWay(): number {
    return this.#count;
  }
}
