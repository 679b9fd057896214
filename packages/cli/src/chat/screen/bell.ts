import type { ClientEvent } from '@parley/client';

/** Whoever has pressed no key for so long may not be looking. */
const IDLE_MS = 30_000;
const MIN_INTERVAL_MS = 1_000;

/** Rings for what may be missed: a request, a message in another conversation, or any when nothing was typed for a while. */
export class Bell {
  readonly #ring: () => void;
  readonly #monotonic: () => number;
  #lastKey: number;
  #lastRing = Number.NEGATIVE_INFINITY;

  constructor(ring: () => void, monotonic: () => number) {
    this.#ring = ring;
    this.#monotonic = monotonic;
    this.#lastKey = monotonic();
  }

  keyPressed(): void {
    this.#lastKey = this.#monotonic();
  }

  happened(event: ClientEvent, current: string | undefined): void {
    const now = this.#monotonic();
    const isMissed = event.event === 'message' && (event.from !== current || now - this.#lastKey >= IDLE_MS);
    if ((event.event !== 'request' && !isMissed) || now - this.#lastRing < MIN_INTERVAL_MS) return;
    this.#lastRing = now;
    this.#ring();
  }
}
