import { create, toBinary } from '@bufbuild/protobuf';
import { hashWelcome, Opcode, parseInvite, signConsent } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { AcceptSchema, ConsentKind, ContentSchema, MessageSchema } from '@parley/protocol/wire';
import type { GroupState, Mls } from '../../../packages/client/src/mls/mls.ts';
import { nodeMls } from '../../../packages/client/src/mls/node.ts';
import { Account } from '../../../packages/server/test/support/account.ts';
import { TestClient } from '../../../packages/server/test/support/client.ts';
import type { Scene } from './scene.ts';

/** A user with a client that sends whatever it is told to, properly signed and encrypted with keys of its own. */
export class Stranger {
  readonly account: Account;
  readonly client: TestClient;
  readonly mls: Mls;

  private constructor(account: Account, client: TestClient, mls: Mls) {
    this.account = account;
    this.client = client;
    this.mls = mls;
  }

  static async join({ invite, evil }: Scene, name: string): Promise<Stranger> {
    const account = new Account(name);
    const registration = account.registration(parseInvite(invite).token);
    const client = await TestClient.logIn(evil.server.port, account, { registration });
    return new Stranger(account, client, await nodeMls());
  }

  /** A group of this device and the one that the KeyPackage is of. */
  createGroup(conversation: Uint8Array, keyPackage: Uint8Array): Promise<{ state: GroupState; welcome: Uint8Array }> {
    const { certificate, signature } = this.account.device();
    const device = { certificate, signatureSecret: signature.secret, signatureKey: signature.publicKey };
    return this.mls.createGroup(device, conversation, [keyPackage], Date.now());
  }

  /** ACCEPT of a request of somebody's, with a Welcome. */
  async accept(
    to: { readonly username: string; readonly deviceId: Uint8Array },
    requestId: Uint8Array,
    conversation: Uint8Array,
    welcome: Uint8Array,
  ): Promise<void> {
    const { username: from } = this.account;
    const { deviceId, signature } = this.account.device();
    const consent = signConsent(nodeCrypto, signature.secret, {
      kind: ConsentKind.ACCEPT,
      requestId,
      from,
      deviceId,
      to: to.username,
      conversation,
      timeMs: BigInt(Date.now()),
      attachmentSha256: hashWelcome(nodeCrypto, welcome),
    });
    const members = [{ username: from, deviceId }, to];
    await this.client.ok(Opcode.ACCEPT, AcceptSchema, { consent, suite: this.mls.suite, epoch: 1n, members, welcome });
  }

  /** MESSAGE, properly encrypted in that group. */
  async say(conversation: Uint8Array, group: GroupState, text: string): Promise<void> {
    const id = nodeCrypto.randomBytes(16);
    const content = create(ContentSchema, { id, sentMs: BigInt(Date.now()), body: { case: 'text', value: { text } } });
    const { ciphertext } = await this.mls.encrypt(group, toBinary(ContentSchema, content), id);
    await this.client.ok(Opcode.MESSAGE, MessageSchema, { conversation, epoch: 1n, id, ciphertext });
  }
}
