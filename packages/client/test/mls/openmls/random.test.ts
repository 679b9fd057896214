import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { webMls } from '../../../src/mls/web.ts';
import { seeded } from '../../support/torn-party.ts';
import { device, End, mlsError, NOW } from '../support.ts';
import { OpenMlsDevice, OpenMlsEnd } from './core-crypto.ts';
import { type AnyEnd, epochOf, opens } from './ends.ts';
import { createWith } from './our-side.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];
const OPERATIONS = 150;
const PAST_EPOCHS = 4;

/** What the server has taken, in its order. */
interface Taken {
  readonly kind: 'message' | 'commit';
  readonly sender: Member;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** In which it was sent. */
  readonly epoch: number;
}

/** One of the group, and what it has still to get. */
interface Member {
  readonly end: AnyEnd;
  epoch: number;
  waiting: Taken[];
}

/** Ours on Node and as in browsers, and two of OpenMLS: what they send, and in which order it arrives, is random. */
class Talk {
  readonly #random: () => number;
  readonly #members: readonly Member[];
  readonly #read = new Map<Taken, number>();
  #epoch = 1;
  #messages = 0;

  private constructor(seed: number, ends: readonly AnyEnd[]) {
    this.#random = seeded(seed);
    this.#members = ends.map((end) => ({ end, epoch: 1, waiting: [] }));
  }

  static async create(seed: number): Promise<Talk> {
    const web = await webMls(1);
    const carol = device('carol');
    const made = await web.createKeyPackage(carol, NOW);
    const [bob, dave] = [await OpenMlsDevice.create('bob'), await OpenMlsDevice.create('dave')];
    const groupId = Uint8Array.from({ length: 16 }, () => seed);
    const published = [await bob.keyPackage(), made.keyPackage, await dave.keyPackage()];
    const { end, welcome } = await createWith(device('alice'), groupId, published);
    const joined = new End(web, carol, (await web.join(carol, welcome, [made.stored])).state);
    return new Talk(seed, [end, await bob.join(welcome), joined, await dave.join(welcome)]);
  }

  async run(): Promise<void> {
    for (let n = 0; n < OPERATIONS; n++) {
      const dice = this.#random();
      const member = this.#pick(this.#members);
      if (dice < 0.25) await this.#send(member);
      else if (dice < 0.35) await this.#commit(member);
      else if (dice < 0.4 && member.end instanceof End) member.end.restart();
      else await this.#deliver(member);
    }
    for (const member of this.#members) while (member.waiting.length > 0) await this.#deliver(member);
    const epochs = await Promise.all(this.#members.map(({ end }) => epochOf(end)));
    assert.deepEqual(epochs, [this.#epoch, this.#epoch, this.#epoch, this.#epoch]);
    assert.ok(this.#epoch > 3 && this.#messages > 10, 'hardly anything has happened');
    // OpenMLS gets everything in order, so that all is in time for it.
    for (const times of this.#read.values()) assert.ok(times >= 1);
  }

  async #send(sender: Member): Promise<void> {
    if (sender.epoch !== this.#epoch) return;
    this.#messages += 1;
    const text = `number ${this.#messages}`;
    this.#take({ kind: 'message', sender, bytes: await sender.end.send(text), text, epoch: this.#epoch });
  }

  /** Perhaps another one at the same time, which comes second. */
  async #commit(sender: Member): Promise<void> {
    if (sender.epoch !== this.#epoch) return;
    const rival = this.#pick(this.#members);
    if (rival !== sender && rival.epoch === this.#epoch) {
      if (rival.end instanceof OpenMlsEnd) await rival.end.losingCommit();
      else await rival.end.mls.commitUpdate(rival.end.state);
    }
    this.#take({ kind: 'commit', sender, bytes: await sender.end.commit(), text: '', epoch: this.#epoch });
    this.#epoch += 1;
    sender.epoch += 1;
  }

  #take(taken: Taken): void {
    if (taken.kind === 'message') this.#read.set(taken, 0);
    for (const member of this.#members) if (member !== taken.sender) member.waiting.push(taken);
  }

  /** To OpenMLS the next; to us the next commit, or any message before or after it. */
  async #deliver(member: Member): Promise<void> {
    const { end, waiting } = member;
    const next = waiting.find(({ kind }) => kind === 'commit');
    const inTime = waiting.filter((taken) => taken === next || (taken.kind === 'message' && taken.epoch <= member.epoch));
    const taken = end instanceof OpenMlsEnd ? waiting[0] : inTime[Math.floor(this.#random() * inTime.length)];
    if (taken === undefined) return;
    member.waiting = waiting.filter((other) => other !== taken);
    if (taken.kind === 'commit') {
      await end.process(taken.bytes);
      member.epoch += 1;
    } else if (end instanceof End && taken.epoch < member.epoch - PAST_EPOCHS) {
      await assert.rejects(end.receive(taken.bytes), mlsError('wrong_epoch'));
    } else {
      await opens(end, taken.bytes, taken.text, taken.sender.end);
      this.#read.set(taken, (this.#read.get(taken) ?? 0) + 1);
    }
  }

  #pick(members: readonly Member[]): Member {
    return members[Math.floor(this.#random() * members.length)] ?? assert.fail();
  }
}

describe('random messages and commits of our MLS and OpenMLS in one group', () => {
  for (const seed of SEEDS) test(`open as they should, seed ${seed}`, async () => (await Talk.create(seed)).run());
});
