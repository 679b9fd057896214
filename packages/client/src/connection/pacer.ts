/** A token bucket: at most `perSecond` frames at once and on average, so that the server never has to say `rate_limited`. */
export class Pacer {
  readonly #perSecond: number;
  #tokens: number;
  #atMs: number;
  #pausedUntilMs = 0;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#atMs = nowMs;
  }

  /** 0 when a frame may go now (it is counted), else how long to wait, milliseconds. */
  take(nowMs: number): number {
    if (nowMs < this.#pausedUntilMs) return this.#pausedUntilMs - nowMs;
    const elapsed = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + (elapsed * this.#perSecond) / 1_000);
    if (this.#tokens < 1) return Math.max(1, Math.ceil(((1 - this.#tokens) * 1_000) / this.#perSecond));
    this.#tokens -= 1;
    return 0;
  }

  /** Nothing goes before `untilMs`. */
  pause(untilMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }
}
