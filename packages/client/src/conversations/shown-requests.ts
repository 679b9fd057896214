import { MAX_PENDING_RECEIVED } from '@parley/protocol';

/** Which requests were shown: each once, for as long as it is there. */
export class ShownRequests {
  readonly #shown = new Set<string>();
  readonly #isThere: (request: string) => boolean;

  constructor(isThere: (request: string) => boolean) {
    this.#isThere = isThere;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#shown.size;
  }

  /** Whether this one is shown for the first time. */
  add(request: string): boolean {
    if (this.#shown.has(request)) return false;
    if (this.#shown.size >= 2 * MAX_PENDING_RECEIVED) this.#forgetWhatIsGone();
    this.#shown.add(request);
    return true;
  }

  #forgetWhatIsGone(): void {
    for (const request of this.#shown) if (!this.#isThere(request)) this.#shown.delete(request);
  }
}
