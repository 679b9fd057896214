import { MAX_ADDRESSES } from '@parley/protocol';
import type { Clock } from '../clock.ts';

/** A token bucket: `perSecond` tokens flow in, at most `burst` are kept. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledMs: number;

  constructor(clock: Clock, options: { perSecond: number; burst: number }) {
    this.#clock = clock;
    this.#perMs = options.perSecond / 1_000;
    this.#burst = options.burst;
    this.#tokens = options.burst;
    this.#filledMs = clock.monotonicMs();
  }

  /** Takes one token and returns 0, or takes nothing and returns in how many milliseconds there will be one. */
  take(): number {
    if (this.#tokens < 1) this.#fill();
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perMs);
    this.#tokens -= 1;
    return 0;
  }

  get isFull(): boolean {
    this.#fill();
    return this.#tokens >= this.#burst;
  }

  #fill(): void {
    const now = this.#clock.monotonicMs();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledMs) * this.#perMs);
    this.#filledMs = now;
  }
}

/** One bucket an address, of a bounded number of addresses: beyond it the longest known are forgotten. */
export class AddressRates {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** As `TokenBucket.take`. */
  take(address: string): number {
    let bucket = this.#buckets.get(address);
    if (bucket === undefined) {
      this.#makeRoom();
      bucket = new TokenBucket(this.#clock, { perSecond: this.#perSecond, burst: this.#perSecond });
      this.#buckets.set(address, bucket);
    }
    return bucket.take();
  }

  #makeRoom(): void {
    if (this.#buckets.size < MAX_ADDRESSES) return;
    for (const [address, bucket] of this.#buckets) if (bucket.isFull) this.#buckets.delete(address);
    const oldest = this.#buckets.keys().next();
    if (this.#buckets.size >= MAX_ADDRESSES && !oldest.done) this.#buckets.delete(oldest.value);
  }
}
