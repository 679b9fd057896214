import { type ErrorCode, isErrorCode, MAX_RETRY_AFTER_MS, ParleyError } from '@parley/protocol';
import type { Ok, Rtt, UserList, Error as WireError } from '@parley/protocol/wire';

/** How a request ended. `lost`: the connection ended first; whether the server carried it out is unknown. */
export type Reply =
  | { readonly kind: 'ok'; readonly ok: Ok }
  | { readonly kind: 'users'; readonly users: UserList }
  | { readonly kind: 'error'; readonly error: RequestError }
  | { readonly kind: 'lost' };

/** The server's trouble, not the request's: the same may be sent again after a while. */
const PASSING: ReadonlySet<string> = new Set(['rate_limited', 'server_busy', 'shutting_down', 'internal']);
/** Where the server does not say how long. */
const DEFAULT_RETRY_MS = 1_000;

export function isPassing(reply: Reply): reply is Extract<Reply, { kind: 'error' }> {
  return reply.kind === 'error' && PASSING.has(reply.error.code);
}

/** What a server asks for, up to a length that a person might wait. */
export function boundedRetry(retryAfterMs: number): number {
  return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
}

/** The server's ERROR to a request, with what some codes carry. */
export class RequestError extends ParleyError {
  /** `crossed`: the request that was there first. */
  readonly crossedWith: Rtt | undefined;

  /** `stale_epoch` to a REPLACE: the conversation that has taken the place; else empty. */
  readonly winnerConversation: Uint8Array;

  constructor(error: WireError) {
    // A code that this version does not know is the server's fault, whatever it is.
    const code: ErrorCode = isErrorCode(error.code) ? error.code : 'internal';
    super(code, error.detail === '' ? code : error.detail, { retryAfterMs: boundedRetry(error.retryAfterMs) });
    this.crossedWith = error.crossedWith;
    this.winnerConversation = error.winnerConversation;
  }

  /** When to send again what got a passing error, milliseconds; never 0. */
  get waitMs(): number {
    return this.retryAfterMs || DEFAULT_RETRY_MS;
  }
}
