import { create, fromBinary } from '@bufbuild/protobuf';
import { hashKeyPackages, hashWelcome, signConsent } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import {
  type Accept,
  AcceptSchema,
  ConsentKind,
  type ConsentStatement,
  type Rtt,
  RttSchema,
  type SignedConsent,
  type SignedDeviceList,
  SignedDeviceListSchema,
} from '@parley/protocol/wire';
import type { GroupState, Mls, MlsDevice, NewKeyPackage } from '../../../packages/client/src/mls/mls.ts';
import { nodeMls } from '../../../packages/client/src/mls/node.ts';
import { Account } from '../../../packages/server/test/support/account.ts';

type Statement = Pick<ConsentStatement, 'kind' | 'requestId' | 'to'> &
  Partial<Pick<ConsentStatement, 'from' | 'conversation' | 'attachmentSha256'>>;

/** The server itself, under the name of one of its users, with an identity that it has made. */
export class Impostor {
  readonly account: Account;
  readonly mls: Mls;
  /** One of its device, for whoever makes a group with it. */
  readonly own: NewKeyPackage;

  private constructor(account: Account, mls: Mls, own: NewKeyPackage) {
    this.account = account;
    this.mls = mls;
    this.own = own;
  }

  static async of(name: string, account = new Account(name)): Promise<Impostor> {
    const mls = await nodeMls();
    return new Impostor(account, mls, await mls.createKeyPackage(mlsDeviceOf(account), Date.now()));
  }

  get device(): MlsDevice {
    return mlsDeviceOf(this.account);
  }

  get list(): SignedDeviceList {
    return fromBinary(SignedDeviceListSchema, this.account.list);
  }

  sign(statement: Statement): SignedConsent {
    const { deviceId, signature } = this.account.device();
    const common = { from: this.account.username, deviceId, timeMs: BigInt(Date.now()) };
    return signConsent(nodeCrypto, signature.secret, { ...common, ...statement });
  }

  /** An RTT as a server passes it on. */
  request(to: string, requestId: Uint8Array): Rtt {
    const keyPackages = [{ deviceId: this.account.device().deviceId, keyPackage: this.own.keyPackage }];
    const attachmentSha256 = hashKeyPackages(nodeCrypto, keyPackages);
    const consent = this.sign({ kind: ConsentKind.RTT, requestId, to, attachmentSha256 });
    return create(RttSchema, { consent, keyPackages, fromDevices: this.list });
  }

  /** The ACCEPT of a request with this KeyPackage, as a server passes it on, and the group that it is into. */
  async accept(
    to: string,
    requestId: Uint8Array,
    { conversation, keyPackage }: { readonly conversation: Uint8Array; readonly keyPackage: Uint8Array },
  ): Promise<{ accept: Accept; state: GroupState }> {
    const { state, welcome } = await this.mls.createGroup(this.device, conversation, [keyPackage], Date.now());
    const attachmentSha256 = hashWelcome(nodeCrypto, welcome);
    const consent = this.sign({ kind: ConsentKind.ACCEPT, requestId, to, conversation, attachmentSha256 });
    const { suite } = this.mls;
    return { accept: create(AcceptSchema, { consent, suite, epoch: 1n, welcome, fromDevices: this.list }), state };
  }

  /** The group of a Welcome that was made with its KeyPackage. */
  async join(welcome: Uint8Array): Promise<GroupState> {
    return (await this.mls.join(this.device, welcome, [this.own.stored])).state;
  }
}

function mlsDeviceOf(account: Account): MlsDevice {
  const { certificate, signature } = account.device();
  return { certificate, signatureSecret: signature.secret, signatureKey: signature.publicKey };
}
