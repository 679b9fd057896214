import assert from 'node:assert/strict';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode, readConsent } from '@parley/protocol';
import { AcceptSchema, ContentSchema, type Message, MessageSchema, type Rtt, RttSchema } from '@parley/protocol/wire';
import type { GroupState } from '../../../packages/client/src/mls/mls.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import type { EvilServer, Lie } from './evil-server.ts';
import { Impostor } from './impostor.ts';
import { swappedUser } from './swapped-user.ts';
import type { MailboxItem, Session } from './tap.ts';

type Side = 'alice' | 'bob';

/**
 * A server in the middle of Alice and Bob from their first request on: to Bob it is Alice, to Alice it is Bob, each with an identity of its
 * own. It opens what one says, reads it, and encrypts it for the other.
 */
export class Middleman {
  /** All that the two have said to each other. */
  readonly read: string[] = [];
  /** Whom Bob takes for Alice, and Alice for Bob. */
  readonly #faces: Readonly<Record<Side, Impostor>>;
  /** The groups that it has with the two. */
  readonly #groups: Partial<Record<Side, GroupState>> = {};
  readonly #forged = new WeakSet<Uint8Array>();
  #request: Rtt | undefined;
  #accept: Uint8Array | undefined;
  #turn: Promise<void> = Promise.resolve();

  private constructor(alice: Impostor, bob: Impostor) {
    this.#faces = { alice, bob };
  }

  static async create(): Promise<Middleman> {
    return new Middleman(await Impostor.of('alice'), await Impostor.of('bob'));
  }

  /** Stands in the middle from now on. */
  enter(evil: EvilServer): void {
    evil.tell(swappedUser('bob', 'alice', this.#faces.alice.list));
    evil.tell(this.#lie);
  }

  readonly #lie: Lie = {
    push: (item, to) => {
      if (this.#forged.has(item.body)) return undefined;
      if (item.opcode === Opcode.RTT && to.username === 'bob') return this.#pushRequest(item);
      if (item.opcode === Opcode.ACCEPT && to.username === 'alice' && this.#accept !== undefined) {
        return [{ ...item, body: this.#accept }];
      }
      const isBetween = to.username === 'alice' || to.username === 'bob';
      if (item.opcode !== Opcode.MESSAGE || !isBetween || this.#groups.alice === undefined) return undefined;
      this.#turn = this.#turn.then(() => this.#relay(item, to, to.username as Side));
      return [];
    },
  };

  /** The store that makes the conversation of the real devices, where Bob names one that the server has made. */
  readonly store = (honest: Store): Partial<Store> => ({
    acceptRequest: async (answer) => {
      if (answer.from !== 'bob' || this.#request === undefined) return honest.acceptRequest(answer);
      await this.#join(fromBinary(AcceptSchema, answer.deliveries[0]?.body ?? assert.fail()));
      const devices = (await honest.findUser('alice'))?.devices ?? assert.fail();
      const members = [...answer.members.filter((key) => key.startsWith('bob/')), ...devices.map(({ key }) => key)];
      return honest.acceptRequest({ ...answer, members });
    },
  });

  #pushRequest(item: MailboxItem): MailboxItem[] {
    this.#request = fromBinary(RttSchema, item.body);
    const { requestId } = readConsent(this.#request.consent?.statement ?? assert.fail());
    return [{ ...item, body: toBinary(RttSchema, this.#faces.alice.request('bob', requestId)) }];
  }

  /** Joins the group that Bob has made, and makes one with Alice. */
  async #join({ consent, welcome }: { consent?: { statement: Uint8Array } | undefined; welcome: Uint8Array }): Promise<void> {
    const { requestId, conversation } = readConsent(consent?.statement ?? assert.fail());
    const { keyPackage } = this.#request?.keyPackages[0] ?? assert.fail();
    this.#groups.bob = await this.#faces.alice.join(welcome);
    const { accept, state } = await this.#faces.bob.accept('alice', requestId, { conversation, keyPackage });
    this.#groups.alice = state;
    this.#accept = toBinary(AcceptSchema, accept);
  }

  /** What one has said in the group with the server, said to the other in the other group. */
  async #relay(item: MailboxItem, session: Session, to: Side): Promise<void> {
    const from = to === 'alice' ? 'bob' : 'alice';
    const { mls } = this.#faces.alice;
    const message: Message = fromBinary(MessageSchema, item.body);
    const opened = await mls.decrypt(this.#groups[from] ?? assert.fail(), message.ciphertext);
    this.#groups[from] = opened.state;
    const { body } = fromBinary(ContentSchema, opened.plaintext);
    this.read.push(`${from}: ${body.case === 'text' ? body.value.text : ''}`);
    const sealed = await mls.encrypt(this.#groups[to] ?? assert.fail(), opened.plaintext, message.id);
    this.#groups[to] = sealed.state;
    const forged = toBinary(MessageSchema, { ...message, ciphertext: sealed.ciphertext });
    this.#forged.add(forged);
    session.push({ ...item, body: forged });
  }
}
