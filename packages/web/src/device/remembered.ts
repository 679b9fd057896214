import { keep, kept } from './kept.ts';

const KEY = 'parley.account';

/**
 * What is known of this browser's account before it is unlocked, in clear: nothing secret. It outlives the vault where a browser that is
 * short of space has removed that.
 */
export interface Remembered {
  readonly user: string;
  /** What the server is known by: SHA-256 of its CA's key, base64url. */
  readonly caPin: string;
  /** The recovery phrase has been shown and not been confirmed. */
  readonly phrasePending: boolean;
  /** The server had not answered yet: there may be no account. */
  readonly isJoining: boolean;
}

export function remembered(): Remembered | undefined {
  try {
    const value: unknown = JSON.parse(kept(KEY) ?? 'null');
    return isRemembered(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Best effort: a browser that keeps nothing has the vault to say that. */
export function remember(account: Remembered | undefined): void {
  keep(KEY, account === undefined ? null : JSON.stringify(account));
}

/** What is remembered, with something else in it. */
export function amendRemembered(change: Partial<Remembered>): void {
  const account = remembered();
  if (account !== undefined) remember({ ...account, ...change });
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { user, caPin, phrasePending, isJoining } = value as Partial<Remembered>;
  const areTexts = typeof user === 'string' && typeof caPin === 'string';
  return areTexts && typeof phrasePending === 'boolean' && typeof isJoining === 'boolean';
}
