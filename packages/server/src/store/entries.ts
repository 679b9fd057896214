import type { ErrorCode } from '@parley/protocol';
import type { DeviceKey } from './device-key.ts';

/** What goes into a store and comes out of it, and what its methods refuse with. */

/**
 * What a mailbox keeps. Beyond either limit it is dropped: when an item comes, which is then put in, or by `expire`. All that it
 * held is deleted, and one REJOIN without a body is left in the place of the newest of that. Whoever sends does not notice.
 */
export interface MailboxLimits {
  /** Of all bodies, with that of the item that comes. */
  readonly maxBytes: number;
  /** Of the oldest item, milliseconds. A REJOIN does not age. */
  readonly lifetimeMs: number;
}

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
  /** Which of the devices registers; it is told nothing. */
  readonly device: DeviceKey;
  /** Recovery: the new list, for the devices that are `missing` without it. Devices beyond those are left out. */
  readonly deliveries: readonly Delivery[];
}

export interface OpenedSession {
  readonly session: number;
  /** Everything up to here was ACKed; 0n = nothing. */
  readonly acked: bigint;
}

/** One body for one mailbox, at a position that the mailbox gave out. */
export interface Delivery {
  readonly device: DeviceKey;
  readonly position: bigint;
  readonly opcode: number;
  readonly body: Uint8Array;
  /** When it was given out, milliseconds: in the time that goes by while servers run (Clock.steadyMs). */
  readonly atMs: number;
}

export interface MailboxItem {
  readonly position: bigint;
  readonly opcode: number;
  readonly body: Uint8Array;
}

/** RTT, ACCEPT, REFUSE or CANCEL: a step in the life of a request; or REPLACE. */
export interface RequestStep {
  readonly by: SessionRef;
  /** REPLACE: the conversation that is replaced. */
  readonly requestId: Uint8Array;
  /** Who takes the step (RTT, CANCEL: the requester; ACCEPT, REFUSE: the user asked). */
  readonly from: string;
  readonly to: string;
  /** Of what the client sent: by it the same request is known when it comes again. */
  readonly sha256: Uint8Array;
  readonly nowMs: number;
  readonly deliveries: readonly Delivery[];
}

export interface NewRequest extends RequestStep {
  /** What a request that crosses this one is answered with. */
  readonly body: Uint8Array;
}

export interface AcceptedRequest extends RequestStep {
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
  /**
   * Whether a MESSAGE of its epoch reaches all its members: not replaced, nobody blocked, every member listed, and one to one each
   * user has one.
   */
  readonly isOpen: boolean;
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
