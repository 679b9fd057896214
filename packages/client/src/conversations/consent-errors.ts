/** Somebody signed something that is not what it should be. */
export class InvalidConsentError extends Error {
  override readonly name = 'InvalidConsentError';
}

/** A user shows another identity key than the pinned one. */
export class IdentityChangedError extends Error {
  override readonly name = 'IdentityChangedError';
  readonly username: string;
  readonly identityKey: Uint8Array;

  constructor(username: string, identityKey: Uint8Array) {
    super(`the identity of ${username} has changed`);
    this.username = username;
    this.identityKey = identityKey;
  }
}
