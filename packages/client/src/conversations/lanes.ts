/** Jobs that run one after the other for each user, and not at all when too many wait. */
export class Lanes {
  readonly #max: number;
  readonly #lanes = new Map<string, Promise<void>>();
  #waiting = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isIdle(): boolean {
    return this.#lanes.size === 0;
  }

  isBusy(user: string): boolean {
    return this.#lanes.has(user);
  }

  /** False when it was not taken. `job` must not reject. */
  run(user: string, job: () => Promise<void>, onIdle: () => void): boolean {
    if (this.#waiting >= this.#max) return false;
    this.#waiting += 1;
    const lane = (this.#lanes.get(user) ?? Promise.resolve()).then(job).then(() => {
      this.#waiting -= 1;
      if (this.#lanes.get(user) === lane) this.#lanes.delete(user);
      onIdle();
    });
    this.#lanes.set(user, lane);
    return true;
  }
}
