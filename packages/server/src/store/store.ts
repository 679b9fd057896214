import type { ErrorCode } from '@parley/protocol';

/**
 * What a store must do. Each method is one durable transaction: when its promise resolves, the change is on disk (fsync), and
 * calls take effect in the order in which they were made. Nothing above this file knows which store runs.
 *
 * Rules that the outside could try to break (consent, caps, epochs, who belongs to a conversation, one token used once) are
 * decided inside the transaction, never from a cache above it. A refusal is a value, not an exception; an exception means
 * that the store is broken and the server stops.
 */
export interface Store {
  /** Raises the mailbox generation (1, 2, 3 …) and returns the new one. Called once at start, before any position is given out. */
  raiseGeneration(): Promise<number>;

  addInvite(invite: { tokenHash: Uint8Array; expiresMs: number; uses: number }): Promise<void>;
  countUsers(): Promise<number>;
  /** Sorted by name, `limit` names after `after`. */
  listUsers(page: { after: string; limit: number }): Promise<UserSummary[]>;
  findUser(username: string): Promise<UserEntry | undefined>;

  /**
   * Token use, account and device in one transaction. `already` when the identical device is registered (a lost 1.3).
   * Invite: `invite_invalid` (unknown, expired, used up) comes before `username_taken`.
   * Recovery: the identity key must be the stored one and the version higher, else `auth_failed`.
   */
  register(
    registration: NewRegistration,
  ): Promise<'registered' | 'already' | Refusal<'invite_invalid' | 'username_taken' | 'auth_failed'>>;

  /**
   * A login of a device that the newest list has: raises its session number, which fences off every older connection.
   * `undefined` when there is no such device or its user is suspended.
   */
  openSession(device: DeviceKey): Promise<OpenedSession | undefined>;

  // ---- consent ----

  /**
   * RTT. In this order: `refused_recently`, caps (`quota_exceeded`), block (then `hidden`: stored, delivered to nobody but the
   * sender's own devices, expires and counts like any other), `crossed` (the other one asked first: its body is returned),
   * `already_answered` (they may talk already). The same request id again is `ok` and appends nothing.
   */
  openRequest(
    request: NewRequest,
  ): Promise<
    | 'ok'
    | 'hidden'
    | 'duplicate'
    | { refused: 'crossed'; first: Uint8Array }
    | Fenced
    | Refusal<'refused_recently' | 'quota_exceeded' | 'already_answered' | 'unknown_user'>
  >;

  /**
   * ACCEPT: first answer wins. Makes the conversation and consent of the pair. `unknown_request` for one that is not addressed to
   * this user, is cancelled or expired; `already_answered` otherwise; the identical body again is `duplicate`.
   * `malformed` unless `members` are exactly listed devices of the two users, the requester's among them.
   */
  acceptRequest(
    answer: AcceptedRequest,
  ): Promise<
    'ok' | 'duplicate' | Fenced | Refusal<'unknown_request' | 'already_answered' | 'malformed' | 'unknown_conversation'>
  >;
  refuseRequest(answer: RequestAnswer): Promise<'ok' | 'duplicate' | Fenced | Refusal<'unknown_request' | 'already_answered'>>;
  /** CANCEL by the requester. */
  cancelRequest(answer: RequestAnswer): Promise<'ok' | 'duplicate' | Fenced | Refusal<'unknown_request' | 'already_answered'>>;
  /** The two users of a request that this user sent or received (hidden ones only to their sender). */
  findRequest(requestId: Uint8Array): Promise<{ from: string; to: string; hidden: boolean } | undefined>;

  setBlocked(change: { by: SessionRef; user: string; blocked: boolean; nowMs: number }): Promise<'ok' | Fenced>;
  /** Users with whom consent stands, either way, without those who blocked this user or are blocked by it. Sorted. */
  contacts(username: string): Promise<string[]>;

  // ---- conversations ----

  findConversation(conversation: Uint8Array): Promise<ConversationEntry | undefined>;
  /** MESSAGE. The epoch must be the current one; deliveries to devices that are not members any more are left out. */
  appendMessage(message: {
    by: SessionRef;
    conversation: Uint8Array;
    epoch: bigint;
    deliveries: Delivery[];
  }): Promise<'ok' | Fenced | Refusal<'unknown_conversation' | 'not_member' | 'stale_epoch'>>;
  /** COMMIT. The first for an epoch wins and raises it by one; the identical commit again is `duplicate`. */
  commit(
    commit: NewCommit,
  ): Promise<
    | 'ok'
    | 'duplicate'
    | { refused: 'stale_epoch'; winnerSha256: Uint8Array }
    | Fenced
    | Refusal<'unknown_conversation' | 'not_member' | 'malformed'>
  >;

  // ---- mailboxes ----

  /** Items after `after`, oldest first, at most `limit`. */
  readMailbox(device: DeviceKey, after: bigint, limit: number): Promise<MailboxItem[]>;
  /** Deletes everything up to `position`. */
  ack(ack: { by: SessionRef; position: bigint }): Promise<'ok' | Fenced>;

  // ---- KeyPackages ----

  /** Adds one-time ones (at most 100 are kept) and replaces the last-resort one; returns how many one-time ones there are now. */
  publishKeys(keys: {
    by: SessionRef;
    oneTime: Uint8Array[];
    lastResort: Uint8Array | undefined;
  }): Promise<{ left: number } | Fenced>;
  /** One KeyPackage each, one-time ones first; devices without any are left out. Only for oneself and where consent stands. */
  claimKeys(claim: {
    by: SessionRef;
    username: string;
    deviceIds: Uint8Array[];
    nowMs: number;
  }): Promise<
    | { keyPackages: { deviceId: Uint8Array; keyPackage: Uint8Array }[]; left: number }
    | Fenced
    | Refusal<'no_consent' | 'keys_exhausted' | 'rate_limited'>
  >;

  /** Ends after all calls made before have been carried out. */
  close(): Promise<void>;
}

/** `username/hex of the device id`: names a mailbox. A username holds no slash. */
export type DeviceKey = `${string}/${string}`;

/** Every write names the session it comes from; an older one is fenced off. */
export interface SessionRef {
  readonly device: DeviceKey;
  readonly session: number;
}
export type Fenced = { refused: 'replaced' };
export type Refusal<Code extends ErrorCode> = { refused: Code };

export interface UserSummary {
  readonly username: string;
  readonly createdMs: number;
  readonly suspended: boolean;
  readonly devices: number;
}

export interface UserEntry {
  readonly username: string;
  /** Ed25519, 32 bytes. */
  readonly identityKey: Uint8Array;
  /** Newest SignedDeviceList, encoded. */
  readonly deviceList: Uint8Array;
  readonly version: bigint;
  readonly suspended: boolean;
  readonly devices: readonly DeviceEntry[];
}

export interface DeviceEntry {
  readonly key: DeviceKey;
  /** 8 bytes. */
  readonly deviceId: Uint8Array;
  /** X25519, 32 bytes. */
  readonly channelKey: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly signatureKey: Uint8Array;
}

export interface NewRegistration {
  readonly proof: { readonly tokenHash: Uint8Array } | 'recovery';
  readonly username: string;
  readonly identityKey: Uint8Array;
  readonly deviceList: Uint8Array;
  readonly version: bigint;
  readonly devices: readonly DeviceEntry[];
  readonly nowMs: number;
}

export interface OpenedSession {
  readonly session: number;
  /** Everything up to here was ACKed; 0n = nothing. */
  readonly acked: bigint;
  /** One-time KeyPackages left. */
  readonly keyPackages: number;
}

/** One body for one mailbox, at a position that the mailbox gave out. */
export interface Delivery {
  readonly device: DeviceKey;
  readonly position: bigint;
  readonly opcode: number;
  readonly body: Uint8Array;
}

export interface MailboxItem {
  readonly position: bigint;
  readonly opcode: number;
  readonly body: Uint8Array;
}

export interface NewRequest {
  readonly by: SessionRef;
  readonly requestId: Uint8Array;
  readonly from: string;
  readonly to: string;
  readonly body: Uint8Array;
  readonly nowMs: number;
  readonly deliveries: readonly Delivery[];
}

export interface RequestAnswer {
  readonly by: SessionRef;
  readonly requestId: Uint8Array;
  /** Who answers (ACCEPT, REFUSE: the user asked; CANCEL: the requester). */
  readonly from: string;
  readonly to: string;
  readonly body: Uint8Array;
  readonly nowMs: number;
  readonly deliveries: readonly Delivery[];
}

export interface AcceptedRequest extends RequestAnswer {
  readonly conversation: Uint8Array;
  readonly suite: number;
  readonly epoch: bigint;
  readonly members: readonly DeviceKey[];
}

export interface ConversationEntry {
  readonly conversation: Uint8Array;
  readonly epoch: bigint;
  readonly users: readonly string[];
  readonly members: readonly DeviceKey[];
}

export interface NewCommit {
  readonly by: SessionRef;
  readonly conversation: Uint8Array;
  /** The epoch this commit ends. */
  readonly epoch: bigint;
  readonly sha256: Uint8Array;
  readonly added: readonly DeviceKey[];
  readonly removed: readonly DeviceKey[];
  readonly deliveries: readonly Delivery[];
}
