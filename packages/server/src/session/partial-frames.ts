import { ParleyError } from '@parley/protocol';

/** After how long a client may try again: a frame in part is whole, or its sender gone, in seconds. */
const RETRY_AFTER_MS = 5_000;

/** Memory of frames received in part, over all connections. */
export class PartialFrames {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * A connection holds `now` bytes instead of `before`.
   * @throws ParleyError `server_busy` when it grew beyond what is left; the change counts all the same
   */
  change(before: number, now: number): void {
    this.#bytes += now - before;
    if (now > before && this.#bytes > this.#maxBytes) {
      throw new ParleyError('server_busy', 'too many half-sent frames on this server: try again later', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
  }
}
