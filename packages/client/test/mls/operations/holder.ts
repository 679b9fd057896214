import assert from 'node:assert/strict';
import { equalBytes, toHex } from '@parley/protocol';
import { type EncodedGroup, type GroupState, type Mls, MlsError, type MlsMember, type Step } from '../../../src/mls/mls.ts';
import type { TestDevice } from '../support.ts';
import type { ReferenceState, Sealed, Verdict } from './reference.ts';

/** A PrivateMessage that somebody has made: what the reference knows of it, and its bytes. */
export interface Made extends Sealed {
  readonly bytes: Uint8Array;
  readonly author: TestDevice;
}

export interface MadeMessage extends Made {
  readonly kind: 'message';
  readonly text: string;
  /** 16 bytes; the authenticated data. */
  readonly id: Uint8Array;
  /** Members that have opened it, by name. */
  readonly readBy: Set<string>;
}

export interface MadeCommit extends Made {
  readonly kind: 'commit';
}

/** A commit that has not been answered yet. */
interface Pending {
  readonly state: GroupState;
  readonly made: MadeCommit;
  discard(): void;
}

/** Whoever has a group state, rightly or not: the state itself, beside what the reference says it is good for. */
export class Holder {
  readonly name: string;
  readonly device: TestDevice;
  readonly reference: ReferenceState;
  /** A thief reads what a member has read already. */
  readonly isMember: boolean;
  mls: Mls;
  state: GroupState;
  pending: Pending | undefined;

  constructor(mls: Mls, device: TestDevice, state: GroupState, reference: ReferenceState, thief?: string) {
    this.mls = mls;
    this.device = device;
    this.state = state;
    this.reference = reference;
    this.name = thief ?? reference.group.devices[reference.leaf] ?? assert.fail('no such leaf');
    this.isMember = thief === undefined;
  }

  async send(text: string, id: Uint8Array): Promise<MadeMessage> {
    const step = await this.mls.encrypt(this.state, new TextEncoder().encode(text), id);
    this.#take(step);
    const sealed = this.reference.sent();
    return { ...sealed, kind: 'message', bytes: step.ciphertext, author: this.device, text, id, readBy: new Set() };
  }

  /** Gives it a message, as it is or as somebody has made it; it has to do as the reference says, or as the verdicts that are given. */
  async receive(made: Made, bytes = made.bytes, allowed: readonly Verdict[] = [this.reference.message(made)]): Promise<Verdict> {
    return this.#judge(allowed, this.mls.decrypt(this.state, bytes), (step) => {
      const message = made as MadeMessage;
      assert.equal(new TextDecoder().decode(step.plaintext), message.text, 'another text');
      assert.deepEqual(step.authenticatedData, message.id, 'another id');
      checkAuthor(step.author, message.author);
      this.#take(step);
      this.reference.opened(message);
      if (this.isMember) this.#note(message);
    });
  }

  /** The same for a commit. */
  async follow(made: Made, bytes = made.bytes, allowed: readonly Verdict[] = [this.reference.commit(made)]): Promise<Verdict> {
    return this.#judge(allowed, this.mls.processCommit(this.state, bytes), (step) => {
      checkAuthor(step.author, made.author);
      this.#take(step);
      this.reference.advanced();
      this.#dropPending();
      this.checkInfo();
    });
  }

  /** Makes a commit and waits for the answer. */
  async commit(): Promise<MadeCommit> {
    const { state, commit, discard } = await this.mls.commitUpdate(this.state);
    const made: MadeCommit = { ...this.reference.committed(), kind: 'commit', bytes: commit, author: this.device };
    this.pending = { state, made, discard };
    return made;
  }

  /** The pending commit has won. */
  install(): void {
    const pending = this.pending ?? assert.fail('no pending commit');
    this.#take(this.mls.install(pending.state, this.state));
    pending.discard();
    this.pending = undefined;
    this.reference.advanced();
    this.checkInfo();
  }

  /** Through the vault, and perhaps on to another provider. */
  restart(mls: Mls): void {
    const encoded = this.mls.encode(this.state);
    this.state = mls.decode(encoded);
    assert.ok(isSame(mls.encode(this.state), encoded), 'another encoding after a restart');
    if (this.pending !== undefined) {
      this.pending = { ...this.pending, state: mls.decode(this.mls.encode(this.pending.state)), discard() {} };
    }
    this.mls = mls;
    this.checkInfo();
  }

  /** What a thief takes from the vault now; a commit that is pending is not in it. */
  stolen(thief: string): Holder {
    return new Holder(this.mls, this.device, this.mls.decode(this.encoded()), this.reference.copy(), thief);
  }

  encoded(): EncodedGroup {
    return this.mls.encode(this.state);
  }

  checkInfo(): void {
    const { epoch, groupId, members } = this.mls.info(this.state);
    assert.equal(Number(epoch), this.reference.epoch, 'another epoch');
    assert.deepEqual(groupId, this.reference.group.id, 'another group id');
    const ids = members.map(({ deviceId }) => toHex(deviceId));
    assert.deepEqual(ids, this.reference.group.devices, 'other members');
  }

  #take({ state, discard }: Step): void {
    this.state = state;
    discard();
  }

  /** Only those it was for, and once. */
  #note({ group, leaf, readBy }: MadeMessage): void {
    assert.ok(group.devices.includes(this.name), `${this.name} is not in the group`);
    assert.notEqual(group.devices[leaf], this.name, 'its author has opened it');
    assert.ok(!readBy.has(this.name), `${this.name} has opened it twice`);
    readBy.add(this.name);
  }

  /** A commit that came second leads nowhere. */
  #dropPending(): void {
    const pending = this.pending?.state;
    this.pending = undefined;
    if (pending === undefined) return;
    assert.throws(() => this.mls.install(pending, this.state), isMlsError(['wrong_epoch']));
  }

  async #judge<S>(allowed: readonly Verdict[], doing: Promise<S>, opens: (step: S) => void): Promise<Verdict> {
    const before = this.encoded();
    let step: S;
    try {
      step = await doing;
    } catch (error) {
      isMlsError(allowed)(error);
      assert.ok(isSame(this.encoded(), before), 'a refusal has changed the state');
      return (error as MlsError).reason;
    }
    assert.ok(allowed.includes('opens'), `opens, and should be ${allowed.join(' or ')}`);
    opens(step);
    return 'opens';
  }
}

/** `deepEqual` would look for a shortest list of differences, which takes minutes. */
function isSame(a: EncodedGroup, b: EncodedGroup): boolean {
  return equalBytes(a.tree, b.tree) && equalBytes(a.secrets, b.secrets);
}

function checkAuthor(found: MlsMember, { username, deviceId, identity, signatureKey }: TestDevice): void {
  const { publicKey: identityKey } = identity;
  assert.deepEqual(found, { username, identityKey, deviceId, signatureKey }, 'another author');
}

function isMlsError(allowed: readonly Verdict[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MlsError, `not an MlsError: ${error}`);
    assert.ok(allowed.includes(error.reason), `${error.reason} (${error.message}), and should be ${allowed.join(' or ')}`);
    return true;
  };
}
