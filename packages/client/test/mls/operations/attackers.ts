import assert from 'node:assert/strict';
import { emptyPskIndex, processPrivateMessage } from 'ts-mls';
import { decodeMessage } from '../../../src/mls/decoding.ts';
import { HeldGroup } from '../../../src/mls/held-group.ts';
import { MlsError } from '../../../src/mls/mls.ts';
import { device, inside, library, NOW } from '../support.ts';
import { Holder, type MadeCommit, type MadeMessage } from './holder.ts';
import { count } from './members.ts';
import { type ReferenceGroup, ReferenceState } from './reference.ts';
import { current, nameOf, type Scene } from './scene.ts';

const MAX_THIEVES = 3;

/** Who has a copy of a member's state, and the victim's commit that has shut it out. */
interface Thief {
  readonly holder: Holder;
  shutOut: MadeCommit | undefined;
}

/** Those that have something, and should not: copies of states, groups of their own under another's id, KeyPackages. */
export class Attackers {
  readonly counts = { thefts: 0, 'opened by thieves': 0, 'thieves shut out': 0, 'tried by force': 0, outsiders: 0 };
  readonly #scene: Scene;
  #thieves: Thief[] = [];
  #outsiders: Holder[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Somebody copies a member's vault, and goes on with it from there. */
  async steal(): Promise<void> {
    const victim = this.#scene.pick(this.#scene.awake());
    if (victim === undefined) return;
    this.counts.thefts += 1;
    const holder = current(victim).stolen(`thief ${this.counts.thefts} of ${victim.name}`);
    this.#thieves = [...this.#thieves.slice(-MAX_THIEVES + 1), { holder, shutOut: undefined }];
  }

  /** A thief hears what the server hears: it follows others' commits, and reads; the victim's own commit shuts it out. */
  async spy(): Promise<void> {
    const scene = this.#scene;
    const thief = scene.pick(this.#thieves);
    if (thief === undefined) return;
    const { holder } = thief;
    const next = scene.roomOf(holder).commits[holder.reference.epoch - 1];
    if (next !== undefined && thief.shutOut === undefined && scene.random() < 0.5) {
      const verdict = count(scene, await holder.follow(next));
      if (verdict === 'refused') {
        await this.#refuses(holder, next);
        thief.shutOut = next;
        this.counts['thieves shut out'] += 1;
      }
    }
    const { group } = holder.reference;
    const message = scene.pick(scene.messages.filter((sent) => sent.group === group).slice(-40));
    if (message !== undefined) await this.#read(thief, message);
  }

  /** Somebody from elsewhere, with a group of the same id, or with nothing but a KeyPackage. */
  async intrude(): Promise<void> {
    const scene = this.#scene;
    const room = scene.pick(scene.rooms) ?? assert.fail();
    if (this.#outsiders.length === 0 || scene.random() < 0.1) {
      this.#outsiders = [...this.#outsiders.slice(-1), await this.#impostor(room.group.id)];
      this.counts.outsiders += 1;
    }
    for (const outsider of this.#outsiders) {
      const message = scene.pick(scene.messages);
      const commit = scene.pick(room.commits);
      if (message !== undefined) count(scene, await outsider.receive(message));
      if (commit !== undefined) count(scene, await outsider.follow(commit));
    }
    await this.#joinWithout(room.welcome);
  }

  /** For the end: everything to everybody. */
  async receiveAll(): Promise<void> {
    const scene = this.#scene;
    for (const thief of this.#thieves) for (const message of scene.shuffled(scene.messages)) await this.#read(thief, message);
    for (const outsider of this.#outsiders) {
      for (const message of scene.shuffled(scene.messages)) count(scene, await outsider.receive(message));
    }
  }

  async #read({ holder, shutOut }: Thief, message: MadeMessage): Promise<void> {
    const verdict = count(this.#scene, await holder.receive(message));
    if (verdict === 'opens') this.counts['opened by thieves'] += 1;
    if (shutOut === undefined || message.group !== shutOut.group || message.epoch <= shutOut.epoch) return;
    assert.equal(verdict, 'wrong_epoch');
    await this.#forces(holder, message);
    this.counts['tried by force'] += 1;
  }

  /** The victim's commit by the library alone, which does not mind whose it is. */
  async #refuses({ state }: Holder, { bytes }: MadeCommit): Promise<void> {
    const { privateMessage } = decodeMessage(bytes, 'mls_private_message');
    const suite = await library(this.#scene.suite);
    await assert.rejects(
      processPrivateMessage(inside(state), privateMessage, emptyPskIndex, suite, () => 'accept'),
      'a stolen state has followed its victim’s commit',
    );
  }

  /** A later message with the old keys, as if they were of its epoch. */
  async #forces({ mls, state }: Holder, { epoch, bytes }: MadeMessage): Promise<void> {
    const old = inside(state);
    const forced = new HeldGroup({ ...old, groupContext: { ...old.groupContext, epoch: BigInt(epoch) } });
    const isRefused = (error: unknown): boolean => error instanceof MlsError && error.reason === 'cannot_decrypt';
    await assert.rejects(mls.decrypt(forced, bytes), isRefused, 'old keys have opened a later message');
  }

  async #impostor(id: Uint8Array): Promise<Holder> {
    const scene = this.#scene;
    const mls = scene.mls();
    const [eve, mallory] = [device('eve'), device('mallory')];
    const { keyPackage } = await mls.createKeyPackage(mallory, NOW);
    const { state } = await mls.createGroup(eve, id, [keyPackage], NOW);
    const group: ReferenceGroup = { id, devices: [nameOf(eve), nameOf(mallory)] };
    const holder = new Holder(mls, eve, state, new ReferenceState(group, 0));
    for (let epochs = scene.below(6); epochs > 0; epochs--) {
      await holder.commit();
      holder.install();
    }
    return holder;
  }

  /** A Welcome for others, with a KeyPackage of one's own, also under the name of one of theirs. */
  async #joinWithout(welcome: Uint8Array): Promise<void> {
    const mls = this.#scene.mls();
    const eve = device('eve');
    const { stored } = await mls.createKeyPackage(eve, NOW);
    const [named] = decodeMessage(welcome, 'mls_welcome').welcome.secrets;
    const reference = Buffer.from(named?.newMember ?? assert.fail()).toString('hex');
    for (const [keyPackage, reason] of [
      [stored, 'not_for_us'],
      [{ ...stored, reference }, 'refused'],
    ] as const) {
      const isRefused = (error: unknown): boolean => error instanceof MlsError && error.reason === reason;
      await assert.rejects(mls.join(eve, welcome, [keyPackage]), isRefused, 'an outsider has joined');
    }
  }
}
