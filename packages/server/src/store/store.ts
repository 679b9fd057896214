import type { DeviceKey } from './device-key.ts';
import type {
  AcceptedRequest,
  ConversationEntry,
  Delivery,
  Fenced,
  MailboxItem,
  NewCommit,
  NewRegistration,
  NewRequest,
  OpenedSession,
  Refusal,
  RequestStep,
  SessionRef,
  UserEntry,
  UserSummary,
} from './entries.ts';

/**
 * What a store must do. Each method is one durable transaction: when its promise resolves, the change is on disk (fsync), and
 * calls take effect in the order in which they were made. Nothing above this file knows which store runs.
 *
 * Rules that the outside could try to break (consent, caps, epochs, who belongs to a conversation, one token used once) are
 * decided inside the transaction, never from a cache above it. A refusal is a value, not an exception, and changes nothing; an
 * exception means that the store is broken and the server stops (a RangeError: the caller broke a rule of this file; nothing
 * was done).
 *
 * The exception to that is a StoreError `full`: there is no space on the disk. Nothing of that call was done, nor of any other that
 * writes and was made before it was rejected and is not resolved: what follows a write that is missing is missing too. Methods that
 * write nothing (`isReading`) go on, and the others as soon as there is space.
 *
 * A write that names a session is `replaced` when the device has logged in again since, or is not listed any more. Deliveries to
 * devices that are not (or no longer) listed are left out. Positions are below 2^63 and rise in each mailbox. Bytes are copied
 * when a method is called: the caller may reuse its buffers at once.
 */
export interface Store {
  /**
   * Raises the mailbox generation (1, 2, 3 …) and returns the new one. Called once at start, before any position is given out.
   */
  raiseGeneration(): Promise<number>;

  /**
   * The time at which the age of what is kept goes on: the latest one that `expire` or this method was told, or `nowMs` where there
   * is none. Called once at start.
   */
  resumeTime(nowMs: number): Promise<number>;

  /** A token of which `tokenHash` is the SHA-256; good for `uses` registrations before `expiresMs`. */
  addInvite(invite: { tokenHash: Uint8Array; expiresMs: number; uses: number }): Promise<void>;
  /** Sorted by name, `limit` names after `after`. */
  listUsers(page: { after: string; limit: number }): Promise<UserSummary[]>;
  findUser(username: string): Promise<UserEntry | undefined>;

  /**
   * Token use, account and device in one transaction. `already` when the same identity key and devices with the same keys are
   * registered (a lost 1.3); no use of the token is counted then.
   * Invite: `invite_invalid` (unknown, expired, used up) comes before `username_taken`, which uses up nothing.
   * Recovery: the identity key must be the stored one and the version higher, else `auth_failed`; `newest` tells the owner of the
   * identity key the version it has to be above. Devices that the new list does
   * not have, or has with other keys, lose mailbox, KeyPackages and sessions. The new list is for the other devices on it and all
   * those of users with whom consent stands, blocked or not: `missing` names them where `deliveries` leaves any out; nothing was
   * done then, and the caller tries again with those.
   */
  register(
    registration: NewRegistration,
  ): Promise<
    | 'registered'
    | 'already'
    | { missing: readonly DeviceKey[] }
    | Refusal<'invite_invalid' | 'username_taken' | 'auth_failed'>
    | { refused: 'auth_failed'; newest: bigint }
  >;

  /**
   * A login of a device that the newest list has, with the channel key that it has proven: gives it a new session number, higher than any
   * before, which fences off every older connection of this device.
   * `undefined` when there is no such device, its user is suspended, or its key is another one: after the same work in each case.
   */
  openSession(login: { device: DeviceKey; channelKey: Uint8Array }): Promise<OpenedSession | undefined>;

  // ---- consent ----

  /**
   * RTT. The same request again is `duplicate`, whatever became of it, and appends nothing; another one under a request id that
   * is taken, or one to oneself, is `malformed`. Then in this order: `unknown_user`, `refused_recently`, caps
   * (`quota_exceeded`), `already_answered` (they may talk already: consent stands, and in their conversation each has a listed
   * device), `crossed` (the other one asked first: its body is returned), block (then `hidden`: stored, delivered to nobody but the
   * sender's own devices, expires and counts like any other). The block is last, so that a blocked sender gets what every sender
   * gets; a hidden request makes nobody `crossed`. One that is taken replaces what the sender has pending to that user, which
   * counts as cancelled. Caps: 20 pending sent, 100 received; of those made within a day 50 cancelled, 5 of them to that user.
   */
  openRequest(
    request: NewRequest,
  ): Promise<
    | 'ok'
    | 'hidden'
    | 'duplicate'
    | { refused: 'crossed'; first: Uint8Array }
    | Fenced
    | Refusal<'refused_recently' | 'quota_exceeded' | 'already_answered' | 'unknown_user' | 'malformed'>
  >;

  /**
   * ACCEPT: first answer wins. Makes the conversation and consent of the pair, and settles whatever else is pending between the
   * two; a conversation of theirs that one of them can read no more is replaced by the new one. `unknown_request` for one that is
   * not addressed to this user, is hidden, cancelled or expired; `already_answered` otherwise; the identical answer again is
   * `duplicate`. `malformed` unless `members` are listed devices of the two users and nothing else, each once, the answering device
   * and at least one of the requester's among them, the epoch is below 2^63, and the conversation id is new.
   */
  acceptRequest(
    answer: AcceptedRequest,
  ): Promise<
    'ok' | 'duplicate' | Fenced | Refusal<'unknown_request' | 'already_answered' | 'malformed' | 'unknown_conversation'>
  >;
  /** REFUSE, of whatever the requester has pending to this user. Who asked may not ask again for 7 days. Codes as for ACCEPT. */
  refuseRequest(answer: RequestStep): Promise<'ok' | 'duplicate' | Fenced | Refusal<'unknown_request' | 'already_answered'>>;
  /**
   * CANCEL by the requester. Codes as for ACCEPT; `unknown_request` for one that was replaced. That of a hidden request goes to
   * the sender's own devices only: ask `findRequest` before pushing it.
   */
  cancelRequest(answer: RequestStep): Promise<'ok' | 'duplicate' | Fenced | Refusal<'unknown_request' | 'already_answered'>>;
  /** The two users of a request; the caller shows a hidden one to nobody but its sender. */
  findRequest(requestId: Uint8Array): Promise<{ from: string; to: string; hidden: boolean } | undefined>;

  /** Idempotent; blocking an unknown user, or oneself, changes nothing. */
  setBlocked(change: { by: SessionRef; user: string; blocked: boolean; nowMs: number }): Promise<'ok' | Fenced>;
  /** Users with whom consent stands, either way, without those who blocked this user or are blocked by it. Sorted. */
  contacts(username: string): Promise<string[]>;

  /**
   * REPLACE: a new conversation takes the place of a one-to-one conversation of these two users, of which `requestId` is the id.
   * The first for it wins; the identical one again is `duplicate`, others are `stale_epoch`, with the conversation that has the
   * place by now. The sender need not be a member of what is replaced. Settles what is pending between the two; a block does not
   * hold it up. `unknown_conversation` where there is no such one-to-one conversation, `not_member` where it is of others,
   * `malformed` as for ACCEPT, `rate_limited` beyond 20 of the pair in an hour. The newest 1,000 that were replaced are remembered.
   */
  replaceConversation(
    replacement: AcceptedRequest,
  ): Promise<
    | 'ok'
    | 'duplicate'
    | Fenced
    | { refused: 'rate_limited'; retryAfterMs: number }
    | { refused: 'stale_epoch'; winner: Uint8Array }
    | Refusal<'unknown_conversation' | 'not_member' | 'malformed'>
  >;

  // ---- conversations ----

  findConversation(conversation: Uint8Array): Promise<ConversationEntry | undefined>;
  /**
   * MESSAGE. `stale_epoch` unless the epoch is the current one, the conversation is not replaced and, one to one, each user has a
   * listed device in it: nobody could ever read it, and a replacement will be made. `withheld`: answered like `ok`, but these of
   * the deliveries were not stored and must not be pushed: their devices are not members, or their user has blocked the sender in a
   * one-to-one conversation.
   */
  appendMessage(message: {
    by: SessionRef;
    conversation: Uint8Array;
    epoch: bigint;
    deliveries: readonly Delivery[];
  }): Promise<
    'ok' | { withheld: readonly DeviceKey[] } | Fenced | Refusal<'unknown_conversation' | 'not_member' | 'stale_epoch'>
  >;
  /**
   * Messages that were taken and pushed before they were written: unconditional, but for devices that are not listed any more.
   */
  keep(deliveries: readonly Delivery[]): Promise<void>;
  /**
   * COMMIT. The first for an epoch wins and raises it by one; the identical commit again is `duplicate`, even from a device that
   * has been removed since; in a conversation that was replaced any other is `stale_epoch`. `winnerSha256` is empty where nobody
   * has won that epoch here, or 1,000 epochs ago. `malformed` unless `added` are listed devices of the conversation's users that
   * are not members, `removed` members other than the committer, each once, and at most 24 are members after it. Delivered to
   * members before or after it: who is removed gets to know. A block does not hold commits up, since the group would not survive
   * it.
   */
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

  /**
   * Items after `after`, oldest first: at most `limit`, and none after the one with which their bodies come to `maxBytes` or more.
   * Fewer only where there are no more.
   */
  readMailbox(device: DeviceKey, after: bigint, limit: number, maxBytes: number): Promise<MailboxItem[]>;
  /** Deletes everything up to `position`, one that the mailbox has given out, and remembers it. Never goes back. */
  ack(ack: { by: SessionRef; position: bigint }): Promise<'ok' | Fenced>;
  /**
   * Tells the device that its mailbox does not go on where it left off: puts in the delivery that is for it, a REJOIN, unless the
   * mailbox holds one already (`duplicate`).
   */
  appendRejoin(rejoin: { by: SessionRef; deliveries: readonly Delivery[] }): Promise<'ok' | 'duplicate' | Fenced>;
  /**
   * Drops the mailboxes whose oldest item is too old, and forgets conversations that were replaced 60 days ago and of which no
   * device is listed any more. Returns how many mailboxes were dropped. Remembers the time, for `resumeTime`.
   */
  expire(nowMs: number): Promise<{ mailboxes: number }>;

  // ---- KeyPackages ----

  /**
   * Adds one-time ones (the newest 100 are kept; one published before, used or not, is not added again, of the newest 1,000 used
   * ones) and replaces the last-resort one, if there is one; returns how many one-time ones there are now.
   */
  publishKeys(keys: {
    by: SessionRef;
    oneTime: readonly Uint8Array[];
    lastResort: Uint8Array | undefined;
  }): Promise<{ left: number } | Fenced>;
  /**
   * One KeyPackage each, one-time ones first; devices without any are left out, `keys_exhausted` if that leaves nobody. Only for
   * oneself and where consent stands; a block changes nothing. `rate_limited` beyond 60 one-time ones
   * of another user in an hour; the same claim is within the rate again after `retryAfterMs`. `left`: one-time ones left of the
   * asking device.
   */
  claimKeys(claim: {
    by: SessionRef;
    username: string;
    deviceIds: readonly Uint8Array[];
    nowMs: number;
  }): Promise<
    | { keyPackages: { deviceId: Uint8Array; keyPackage: Uint8Array }[]; left: number }
    | Fenced
    | { refused: 'rate_limited'; retryAfterMs: number }
    | Refusal<'no_consent' | 'keys_exhausted'>
  >;

  /** Ends after all calls made before have been carried out; calls made after it are rejected. */
  close(): Promise<void>;
}

const READING_METHODS: ReadonlySet<PropertyKey> = new Set([
  'listUsers',
  'findUser',
  'findRequest',
  'contacts',
  'findConversation',
  'readMailbox',
] satisfies readonly (keyof Store)[]);

/** Whether a method of the store writes nothing: it goes on where there is no space. */
export function isReading(method: PropertyKey): boolean {
  return READING_METHODS.has(method);
}
