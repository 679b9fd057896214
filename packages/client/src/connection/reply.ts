import { type ErrorCode, isErrorCode, ParleyError } from '@parley/protocol';
import type { Ok, Rtt, UserList, Error as WireError } from '@parley/protocol/wire';

/** Where the server asks to slow down without saying for how long. */
const DEFAULT_WAIT_MS = 1_000;

/** How a request ended. `lost`: the connection ended first; whether the server carried it out is unknown. */
export type Reply =
  | { readonly kind: 'ok'; readonly ok: Ok }
  | { readonly kind: 'users'; readonly users: UserList }
  | { readonly kind: 'error'; readonly error: RequestError }
  | { readonly kind: 'lost' };

/** The server's ERROR to a request, with what some codes carry. */
export class RequestError extends ParleyError {
  /** `crossed`: the request that was there first. */
  readonly crossedWith: Rtt | undefined;

  constructor(error: WireError) {
    // A code that this version does not know is the server's fault, whatever it is.
    const code: ErrorCode = isErrorCode(error.code) ? error.code : 'internal';
    super(code, error.detail === '' ? code : error.detail, { retryAfterMs: error.retryAfterMs });
    this.crossedWith = error.crossedWith;
  }

  /** `rate_limited`: how long nothing is to be asked again, milliseconds; never 0. */
  get waitMs(): number {
    return this.retryAfterMs || DEFAULT_WAIT_MS;
  }
}
