import assert from 'node:assert/strict';
import { toHex } from '@parley/protocol';
import type { Mls, StoredKeyPackage } from '../../../src/mls/mls.ts';
import { nodeMls } from '../../../src/mls/node.ts';
import type { SuiteNumber } from '../../../src/mls/suites.ts';
import { webMls } from '../../../src/mls/web.ts';
import { seeded } from '../../support/torn-party.ts';
import { device, NOW, type TestDevice } from '../support.ts';
import { Holder, type MadeCommit, type MadeMessage } from './holder.ts';
import { type ReferenceGroup, ReferenceState, type Verdict } from './reference.ts';

/** Groups that a device still has, the newest last: an old one opens what was sent in it. */
const GROUPS_KEPT = 2;

/** A Welcome that a device has not opened yet. */
interface Invitation {
  readonly room: Room;
  readonly leaf: number;
  readonly keyPackage: StoredKeyPackage;
}

/** A device of the scene, with all the groups it is in. */
export interface Member {
  readonly device: TestDevice;
  readonly name: string;
  readonly holders: Holder[];
  invitation: Invitation | undefined;
  isAwake: boolean;
  /** The epoch whose commit never came: this device cannot go on in its group. */
  stuckAt: number | undefined;
}

/** A group as the server sees it: the commit that has ended each epoch, the first one first. */
interface Room {
  readonly group: ReferenceGroup;
  readonly welcome: Uint8Array;
  readonly commits: MadeCommit[];
}

/** Devices, the groups they make one after the other, and everything that was sent: it arrives whenever the dice say. */
export class Scene {
  readonly random: () => number;
  readonly suite: SuiteNumber;
  readonly members: readonly Member[];
  readonly rooms: Room[] = [];
  readonly messages: MadeMessage[] = [];
  readonly counts = { messages: 0, commits: 0, 'commits that lost': 0, groups: 0, bursts: 0 };
  /** How often something opened, or was refused, and why. */
  readonly verdicts: Partial<Record<Verdict, number>> = {};
  readonly #mls: readonly Mls[];

  private constructor(seed: number, suite: SuiteNumber, mls: readonly Mls[]) {
    this.random = seeded(seed);
    this.suite = suite;
    this.#mls = mls;
    const count = this.random() < 1 / 3 ? 2 : 3 + this.below(6);
    const people = [device('alice'), device('bob')];
    this.members = Array.from({ length: count }, (_, i) => {
      const person = people[i % 2] ?? assert.fail();
      const own = i < 2 ? person : device(person.username, person.identity);
      return { device: own, name: nameOf(own), holders: [], invitation: undefined, isAwake: true, stuckAt: undefined };
    });
  }

  static async create(seed: number, suite: SuiteNumber): Promise<Scene> {
    const scene = new Scene(seed, suite, [await nodeMls(suite), await webMls(suite)]);
    await scene.makeGroup(scene.members);
    return scene;
  }

  /** Less than `n`. */
  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, at: this.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }

  /** Node's or the browsers'. */
  mls(): Mls {
    return this.pick(this.#mls) ?? assert.fail();
  }

  /** A group of these devices, made by the first; the others have a Welcome. */
  async makeGroup(members: readonly Member[], id = this.bytes(16)): Promise<void> {
    const [creator, ...others] = members;
    assert.ok(creator !== undefined);
    const made = await Promise.all(others.map(({ device: own }) => this.mls().createKeyPackage(own, NOW)));
    const published = made.map(({ keyPackage }) => keyPackage);
    const mls = this.mls();
    const { state, welcome } = await mls.createGroup(creator.device, id, published, NOW);
    const room: Room = { group: { id, devices: members.map(({ name }) => name) }, welcome, commits: [] };
    this.rooms.push(room);
    this.counts.groups += 1;
    enter(creator, new Holder(mls, creator.device, state, new ReferenceState(room.group, 0)));
    for (const [i, other] of others.entries()) {
      const keyPackage = made[i]?.stored ?? assert.fail();
      other.invitation = { room, leaf: i + 1, keyPackage };
    }
  }

  /** Takes the invitation of a device. */
  async join(member: Member): Promise<void> {
    const { room, leaf, keyPackage } = member.invitation ?? assert.fail('no invitation');
    const mls = this.mls();
    const { state, reference } = await mls.join(member.device, room.welcome, [keyPackage]);
    assert.equal(reference, keyPackage.reference);
    const holder = new Holder(mls, member.device, state, new ReferenceState(room.group, leaf));
    holder.checkInfo();
    enter(member, holder);
    member.invitation = undefined;
  }

  roomOf({ reference }: Holder): Room {
    return this.rooms.find(({ group }) => group === reference.group) ?? assert.fail('a group of nobody');
  }

  /** Whether the server would take a commit of it. */
  isUpToDate(holder: Holder): boolean {
    return holder.reference.epoch === this.roomOf(holder).commits.length + 1;
  }

  /** Those that are awake and in a group. */
  awake(): Member[] {
    return this.members.filter(({ isAwake, holders }) => isAwake && holders.length > 0);
  }
}

function enter(member: Member, holder: Holder): void {
  member.holders.push(holder);
  member.holders.splice(0, member.holders.length - GROUPS_KEPT);
  member.stuckAt = undefined;
}

export function nameOf({ deviceId }: TestDevice): string {
  return toHex(deviceId);
}

/** The group a device is in now. */
export function current({ holders }: Member): Holder {
  return holders.at(-1) ?? assert.fail('in no group');
}
