import { create, toBinary } from '@bufbuild/protobuf';
import { type ErrorCode, Opcode, ParleyError } from '@parley/protocol';
import {
  ErrorSchema,
  type KeysResult,
  OkSchema,
  QuitSchema,
  type Rtt,
  type UserList,
  UserListSchema,
  type UserRecord,
} from '@parley/protocol/wire';
import { isFull } from '../store/store-error.ts';

/** A frame for the peer, without its sequence number. */
export interface Reply {
  readonly opcode: number;
  readonly body: Uint8Array;
}

/** The codes in words. They hold nothing of a user's. */
const DETAILS: Record<ErrorCode, string> = {
  auth_failed: 'login failed',
  invite_invalid: 'this invite is unknown, expired or used up: ask for a new one',
  username_taken: 'this name is taken: choose another one',
  rate_limited: 'too many requests: wait a moment',
  server_busy: 'the server is busy: try again later',
  shutting_down: 'the server is shutting down',
  malformed: 'a message that makes no sense',
  bad_record: 'a record that does not open',
  unknown_opcode: 'this server does not know that opcode',
  too_large: 'a message that is too large',
  no_consent: 'that user has not agreed to this',
  refused_recently: 'that user has refused a request of yours within 7 days',
  crossed: 'that user has asked you first: accept that request',
  already_answered: 'this request has been answered already',
  unknown_user: 'there is no such user',
  unknown_request: 'there is no such request',
  unknown_conversation: 'there is no such conversation',
  not_member: 'this device is not a member of the conversation',
  stale_epoch: 'the conversation has moved on to another epoch',
  state_mismatch: 'this device and the server disagree about what was delivered',
  keys_exhausted: 'that user has no KeyPackages left',
  quota_exceeded: 'too many requests to talk are pending, or were withdrawn today',
  internal: 'something went wrong at the server',
};

/** How long clients stay away whose requests find no space on the server's disk. */
const FULL_RETRY_MS = 5_000;

const OK: Reply = { opcode: Opcode.OK, body: new Uint8Array(0) };

export function okReply(result?: { readonly user: UserRecord } | { readonly keys: KeysResult }): Reply {
  if (result === undefined) return OK;
  const value =
    'user' in result ? ({ case: 'user', value: result.user } as const) : ({ case: 'keys', value: result.keys } as const);
  return { opcode: Opcode.OK, body: toBinary(OkSchema, create(OkSchema, { result: value })) };
}

export function listReply(users: Pick<UserList, 'online' | 'next'>): Reply {
  return { opcode: Opcode.LIST, body: toBinary(UserListSchema, create(UserListSchema, users)) };
}

interface ErrorExtras {
  readonly detail?: string;
  readonly retryAfterMs?: number;
  readonly crossedWith?: Rtt;
  readonly winnerSha256?: Uint8Array;
  readonly winnerConversation?: Uint8Array;
  readonly newestVersion?: bigint;
}

export function errorReply(code: ErrorCode, extras: ErrorExtras = {}): Reply {
  return { opcode: Opcode.ERROR, body: toBinary(ErrorSchema, create(ErrorSchema, { code, detail: DETAILS[code], ...extras })) };
}

/** What a peer is told of an error: of one that is not its own, nothing but that it happened. */
export function errorReplyFor(error: unknown): Reply {
  const known = asProtocolError(error);
  if (known === undefined) return errorReply('internal');
  const newestVersion = known instanceof OutdatedList ? known.newestVersion : 0n;
  return errorReply(known.code, { detail: known.message, retryAfterMs: known.retryAfterMs, newestVersion });
}

/** `undefined`: a fault of this server. */
export function asProtocolError(error: unknown): ParleyError | undefined {
  if (error instanceof ParleyError) return error;
  return isFull(error) ? protocolError('server_busy', FULL_RETRY_MS) : undefined;
}

export type QuitReason = 'bye' | 'replaced' | 'shutting_down';

export function quitFrame(reason: QuitReason): Reply {
  return { opcode: Opcode.QUIT, body: toBinary(QuitSchema, create(QuitSchema, { reason })) };
}

/** An error with the words of the table. */
export function protocolError(code: ErrorCode, retryAfterMs = 0): ParleyError {
  return new ParleyError(code, DETAILS[code], { retryAfterMs });
}

/** A recovery by the right identity key, with a device list that is not newer than the one that is known. */
export class OutdatedList extends ParleyError {
  readonly newestVersion: bigint;

  constructor(newestVersion: bigint) {
    super('auth_failed', DETAILS.auth_failed);
    this.newestVersion = newestVersion;
  }
}

/** A newer login of this device has taken over: this session has no say any more. */
export class Replaced extends Error {
  override readonly name = 'Replaced';
}

/** Throws what a store's refusal means; anything else is the result. */
export function unlessRefused<Result>(result: Result): Exclude<Result, { refused: string }> {
  if (typeof result === 'object' && result !== null && 'refused' in result) {
    const { refused, retryAfterMs } = result as { refused: ErrorCode | 'replaced'; retryAfterMs?: number };
    if (refused === 'replaced') throw new Replaced('replaced by a newer session of this device');
    throw protocolError(refused, retryAfterMs);
  }
  return result as Exclude<Result, { refused: string }>;
}
