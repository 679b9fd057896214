/**
 * The closed list of codes that cross the wire (docs/protocol.md, "Errors"), and what each does to the connection.
 * No code tells one user about another what LIST or RTT would not.
 */
export const ERROR_CODES = {
  auth_failed: 'closes',
  invite_invalid: 'closes',
  username_taken: 'closes',
  rate_limited: 'goes on',
  server_busy: 'closes',
  shutting_down: 'closes',
  malformed: 'closes',
  bad_record: 'closes',
  unknown_opcode: 'goes on',
  too_large: 'closes',
  no_consent: 'goes on',
  refused_recently: 'goes on',
  crossed: 'goes on',
  already_answered: 'goes on',
  unknown_user: 'goes on',
  unknown_request: 'goes on',
  unknown_conversation: 'goes on',
  not_member: 'goes on',
  stale_epoch: 'goes on',
  state_mismatch: 'goes on',
  keys_exhausted: 'goes on',
  quota_exceeded: 'goes on',
  internal: 'closes',
} as const satisfies Record<string, 'closes' | 'goes on'>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What went wrong, in a form that can cross the wire. `detail` is for people and holds no user data and no secret. */
export class ParleyError extends Error {
  override readonly name = 'ParleyError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, detail: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
