/**
 * What the conversations need of MLS (RFC 9420), and all they see of it: only this folder imports the library.
 *
 * States are values: an operation returns the state that follows and never changes the one it was given. The caller stores the
 * new state before it sends or shows anything, and only then calls `discard` on the old one, which zeroes the secrets that
 * the operation used up.
 *
 * Every failure, whatever the library threw, is an `MlsError`; the state the caller holds stays good.
 */
export interface Mls {
  /** Ciphersuite number of the groups that `createGroup` makes (83 = X-Wing, AES-256-GCM, SHA-512, Ed25519). */
  readonly suite: number;

  /**
   * A KeyPackage to give away, valid from a day before `nowMs` for 30 days, and its private part to keep until a Welcome used it.
   */
  createKeyPackage(device: MlsDevice, nowMs: number, options?: { lastResort?: boolean }): Promise<NewKeyPackage>;

  /**
   * Whose KeyPackage this is. Checks signature, ciphersuite, lifetime, and that the credential is a device certificate whose
   * signature holds and whose signature key is the leaf's. @throws MlsError
   */
  readKeyPackage(keyPackage: Uint8Array, nowMs: number): Promise<MlsMember>;

  /**
   * A new group with one first commit that adds all `keyPackages`; epoch 1. The one Welcome is for all of them and holds the
   * tree.
   */
  createGroup(
    device: MlsDevice,
    groupId: Uint8Array,
    keyPackages: readonly Uint8Array[],
    nowMs: number,
  ): Promise<{ state: GroupState; welcome: Uint8Array }>;

  /** Joins with whichever of `keyPackages` the Welcome is for, and says which (`reference`). @throws MlsError */
  join(
    device: MlsDevice,
    welcome: Uint8Array,
    keyPackages: readonly StoredKeyPackage[],
  ): Promise<{ state: GroupState; reference: string }>;

  /** Padded (Padmé, at least 256 bytes) and signed. */
  encrypt(state: GroupState, plaintext: Uint8Array, authenticatedData: Uint8Array): Promise<Step & { ciphertext: Uint8Array }>;

  /**
   * An application message of this or one of the last 4 epochs. The author is the leaf named in the sender data, in that epoch's
   * tree. `skipped`: how many the same leaf has encrypted in that epoch since the last one that was opened, and before this one; 0 of one
   * that comes late. @throws MlsError
   */
  decrypt(
    state: GroupState,
    ciphertext: Uint8Array,
  ): Promise<Step & { plaintext: Uint8Array; authenticatedData: Uint8Array; author: MlsMember; skipped: number }>;

  /**
   * An empty commit (self-update). The returned state is *pending*: it counts only once the server has answered OK; then
   * `install` it. Call `discard` no sooner: without the old secrets another member's commit cannot be processed.
   */
  commitUpdate(state: GroupState): Promise<Step & { commit: Uint8Array }>;

  /**
   * Installs a pending state after the server's OK: the new epoch of `pending`, with the past as it stands in `current`, the
   * state that went on receiving meanwhile (so that what it opened stays opened, and its keys gone). @throws MlsError
   */
  install(pending: GroupState, current: GroupState): Step;

  /**
   * A commit of another member that ends the current epoch. Only self-updates are taken: a commit with proposals is `refused`.
   * The author is the committer as the old epoch knew it; its new leaf may carry another certificate: compare `info` before and
   * after.
   * @throws MlsError
   */
  processCommit(state: GroupState, commit: Uint8Array): Promise<Step & { author: MlsMember }>;

  /** Epoch of a PrivateMessage without opening it. @throws MlsError */
  readEpoch(message: Uint8Array): { groupId: Uint8Array; epoch: bigint };

  info(state: GroupState): GroupInfo;

  /** For the vault: `tree` changes once an epoch, `secrets` with every message. */
  encode(state: GroupState): EncodedGroup;
  /** @throws MlsError */
  decode(encoded: EncodedGroup): GroupState;
}

/** What an operation leads to. `discard` zeroes what it used up; call it after `state` is stored. */
export interface Step {
  readonly state: GroupState;
  discard(): void;
}

/** This device, as MLS needs it. */
export interface MlsDevice {
  /** SignedDeviceCertificate, encoded: the basic credential's identity. */
  readonly certificate: Uint8Array;
  /** Ed25519 seed, 32 bytes. */
  readonly signatureSecret: Uint8Array;
  /** Ed25519 public key, 32 bytes. */
  readonly signatureKey: Uint8Array;
}

/** A leaf: what its device certificate says. */
export interface MlsMember {
  readonly username: string;
  /** Ed25519 identity key of the user, 32 bytes. */
  readonly identityKey: Uint8Array;
  /** 8 bytes. */
  readonly deviceId: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly signatureKey: Uint8Array;
}

export interface GroupInfo {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly suite: number;
  readonly members: readonly MlsMember[];
}

/** Opaque outside the adapter. */
export interface GroupState {
  readonly brand: 'GroupState';
}

export interface NewKeyPackage {
  /** MLSMessage bytes to publish. */
  readonly keyPackage: Uint8Array;
  readonly stored: StoredKeyPackage;
}

export interface StoredKeyPackage {
  /** Hex of the KeyPackage reference (RFC 9420, section 5.2): what a Welcome names. */
  readonly reference: string;
  /** Public and private parts together; secret. */
  readonly bytes: Uint8Array;
}

export interface EncodedGroup {
  readonly tree: Uint8Array;
  readonly secrets: Uint8Array;
}

export type MlsErrorReason =
  | 'malformed'
  | 'wrong_group'
  | 'wrong_epoch'
  | 'not_for_us'
  | 'refused'
  | 'not_now'
  | 'cannot_decrypt';

export class MlsError extends Error {
  override readonly name = 'MlsError';
  readonly reason: MlsErrorReason;

  constructor(reason: MlsErrorReason, detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.reason = reason;
  }
}
