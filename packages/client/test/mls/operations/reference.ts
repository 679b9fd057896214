import type { MlsErrorReason } from '../../../src/mls/mls.ts';

// What docs/protocol.md, section 8, promises. Written out, so that a limit that moves in the code is noticed here.
const PAST_EPOCHS = 4;
const SKIPPED_KEYS = 1_000;
const MESSAGES_AHEAD = 2_000;
/** Of a group with its first commit: nobody sees the one before. */
const FIRST_EPOCH = 1;

/** A group, whose devices stay what they are. An impostor's group may have the same id: it is another object. */
export interface ReferenceGroup {
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** Names of the devices, by leaf. */
  readonly devices: readonly string[];
}

/** What decides who may open a PrivateMessage. */
export interface Sealed {
  readonly kind: 'message' | 'commit';
  readonly group: ReferenceGroup;
  readonly epoch: number;
  /** Of its author. */
  readonly leaf: number;
  /** How many of that author's messages came before it in this epoch; 0 for a commit. */
  readonly generation: number;
}

/** What has to become of a PrivateMessage: it opens, or is refused for this reason. */
export type Verdict = 'opens' | MlsErrorReason;

/** The keys one holder has of one author in one epoch: of everything from `next` on, and of what was skipped. */
interface Keys {
  next: number;
  /** Generations, ascending. */
  skipped: number[];
}

/** Who may read what, for one holder of a group state: plain data, and no cryptography. */
export class ReferenceState {
  readonly group: ReferenceGroup;
  readonly leaf: number;
  #epoch = FIRST_EPOCH;
  #keys = new Map<number, Keys[]>();

  constructor(group: ReferenceGroup, leaf: number) {
    this.group = group;
    this.leaf = leaf;
    this.#enter(FIRST_EPOCH);
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Whether messages of this epoch may still open. */
  knows(epoch: number): boolean {
    return this.#keys.has(epoch);
  }

  /** The generation after the last one opened (of one's own leaf: sent) in an epoch that is known. */
  next(epoch: number, leaf: number): number {
    return this.#of(epoch, leaf).next;
  }

  /** What a message, or a commit that was given for one, leads to. */
  message({ kind, group, epoch, leaf, generation }: Sealed): Verdict {
    if (!sameId(group, this.group)) return 'wrong_group';
    if (kind !== 'message') return 'refused';
    const authors = this.#keys.get(epoch);
    if (authors === undefined) return 'wrong_epoch';
    const keys = authors[leaf];
    if (group !== this.group || keys === undefined) return 'cannot_decrypt';
    const opens = generation < keys.next ? keys.skipped.includes(generation) : generation - keys.next <= MESSAGES_AHEAD;
    return opens ? 'opens' : 'cannot_decrypt';
  }

  /** What a commit, or a message that was given for one, leads to. */
  commit({ kind, group, epoch, leaf }: Sealed): Verdict {
    if (!sameId(group, this.group)) return 'wrong_group';
    if (kind !== 'commit') return 'refused';
    if (epoch !== this.#epoch) return 'wrong_epoch';
    if (group !== this.group) return 'cannot_decrypt';
    return leaf === this.leaf ? 'refused' : 'opens';
  }

  /** A message that opens was opened: its key is gone, and those it skipped are kept. */
  opened({ epoch, leaf, generation }: Sealed): void {
    const keys = this.#of(epoch, leaf);
    if (generation < keys.next) {
      keys.skipped = keys.skipped.filter((kept) => kept !== generation);
      return;
    }
    for (let skipped = keys.next; skipped < generation; skipped++) keys.skipped.push(skipped);
    keys.skipped = keys.skipped.slice(-SKIPPED_KEYS);
    keys.next = generation + 1;
  }

  /** A message of this holder's leaf, in its epoch. */
  sent(): Sealed {
    const keys = this.#of(this.#epoch, this.leaf);
    keys.next += 1;
    return { kind: 'message', group: this.group, epoch: this.#epoch, leaf: this.leaf, generation: keys.next - 1 };
  }

  /** What this holder's own commit would be. */
  committed(): Sealed {
    return { kind: 'commit', group: this.group, epoch: this.#epoch, leaf: this.leaf, generation: 0 };
  }

  /** The next epoch began, by a commit of whomever. */
  advanced(): void {
    this.#epoch += 1;
    this.#keys.delete(this.#epoch - PAST_EPOCHS - 1);
    this.#enter(this.#epoch);
  }

  /** For whoever has copied the state as it is now. */
  copy(): ReferenceState {
    const copy = new ReferenceState(this.group, this.leaf);
    copy.#epoch = this.#epoch;
    copy.#keys = structuredClone(this.#keys);
    return copy;
  }

  #enter(epoch: number): void {
    this.#keys.set(
      epoch,
      this.group.devices.map(() => ({ next: 0, skipped: [] })),
    );
  }

  #of(epoch: number, leaf: number): Keys {
    const keys = this.#keys.get(epoch)?.[leaf];
    if (keys === undefined) throw new Error('the reference has no such keys');
    return keys;
  }
}

function sameId(a: ReferenceGroup, b: ReferenceGroup): boolean {
  return Buffer.from(a.id).equals(b.id);
}
