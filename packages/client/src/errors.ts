import type { ErrorCode } from '@parley/protocol';

/** The server cannot be reached, or the connection ended before the login did. Trying again later may help. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  /** Whether the login message had been sent: then the server may have carried out a registration in it. */
  readonly loginSent: boolean;
  /** The server asked to wait this long; 0 = it did not say. */
  readonly retryAfterMs: number;

  constructor(message: string, options: { loginSent?: boolean; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.loginSent = options.loginSent ?? false;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** `replaced`: another login of this device took over. */
export type LoginErrorCode = ErrorCode | 'replaced';

/** The server refuses the login, and will refuse it again. (What the client itself refuses is protocol's `ServerCheckError`.) */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  readonly code: LoginErrorCode;
  /** To a recovery whose device list has no higher version: that of the newest list; else 0. */
  readonly newestVersion: bigint;

  constructor(code: LoginErrorCode, message: string, newestVersion = 0n) {
    super(message);
    this.code = code;
    this.newestVersion = newestVersion;
  }
}
