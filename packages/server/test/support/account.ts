import { create, fromBinary } from '@bufbuild/protobuf';
import {
  CONVERSATION_ID_BYTES,
  type DeviceSecrets,
  generateIdentity,
  hashKeyPackages,
  hashWelcome,
  type KeyPair,
  makeDevice,
  signConsent,
  signDeviceList,
  toHex,
} from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import {
  type Accept,
  AcceptSchema,
  type Cancel,
  CancelSchema,
  ConsentKind,
  type ConsentProof,
  type Refuse,
  RefuseSchema,
  type Registration,
  RegistrationSchema,
  type Replace,
  ReplaceSchema,
  type Rtt,
  RttSchema,
  SignedDeviceListSchema,
} from '@parley/protocol/wire';

/** A user of the tests, with one or more devices. */
export class Account {
  readonly username: string;
  readonly identity: KeyPair;
  readonly devices: readonly DeviceSecrets[];
  /** Encoded SignedDeviceList. */
  readonly list: Uint8Array;

  constructor(username: string, options: { devices?: number; identity?: KeyPair; version?: bigint } = {}) {
    this.username = username;
    this.identity = options.identity ?? generateIdentity(crypto);
    this.devices = Array.from({ length: options.devices ?? 1 }, (_, i) =>
      makeDevice(crypto, { username, identity: this.identity, deviceName: `device ${i}`, nowMs: Date.now() }),
    );
    this.list = signDeviceList(crypto, this.identity, {
      username,
      version: options.version ?? 1n,
      certificates: this.devices.map(({ certificate }) => certificate),
    });
  }

  device(index = 0): DeviceSecrets {
    return this.devices[index]!;
  }

  key(index = 0): `${string}/${string}` {
    return `${this.username}/${toHex(this.device(index).deviceId)}`;
  }

  registration(token: Uint8Array): Registration {
    return create(RegistrationSchema, {
      proof: { case: 'inviteToken', value: token },
      deviceList: fromBinary(SignedDeviceListSchema, this.list),
    });
  }

  recovery(): Registration {
    return create(RegistrationSchema, {
      proof: { case: 'recovery', value: {} },
      deviceList: fromBinary(SignedDeviceListSchema, this.list),
    });
  }
}

export function requestId(): Uint8Array {
  return crypto.randomBytes(16);
}

export interface ConsentOptions {
  readonly device?: number;
  readonly requestId?: Uint8Array;
  /** Says another than the account's own. */
  readonly from?: string;
}

/** An RTT; KeyPackages are opaque to the server, so any bytes do. */
export function rttOf(account: Account, to: string, options: ConsentOptions = {}): Rtt {
  const keyPackages = account.devices.map(({ deviceId }) => ({ deviceId, keyPackage: crypto.randomBytes(40) }));
  const { signature, deviceId } = account.device(options.device);
  return create(RttSchema, {
    consent: signConsent(crypto, signature.secret, {
      kind: ConsentKind.RTT,
      requestId: options.requestId ?? requestId(),
      from: options.from ?? account.username,
      deviceId,
      to,
      timeMs: BigInt(Date.now()),
      attachmentSha256: hashKeyPackages(
        crypto,
        keyPackages.map((keyPackage) => ({ ...keyPackage, $typeName: 'parley.DeviceKeyPackage' as const })),
      ),
    }),
    keyPackages,
  });
}

/** An ACCEPT of all devices of both; the Welcome is opaque too. */
export function acceptOf(
  account: Account,
  requester: Account,
  id: Uint8Array,
  options: ConsentOptions & { conversation?: Uint8Array; epoch?: bigint; kind?: ConsentKind } = {},
): Accept {
  const welcome = crypto.randomBytes(100);
  const { signature, deviceId } = account.device(options.device);
  return create(AcceptSchema, {
    consent: signConsent(crypto, signature.secret, {
      kind: options.kind ?? ConsentKind.ACCEPT,
      requestId: id,
      from: options.from ?? account.username,
      deviceId,
      to: requester.username,
      conversation: options.conversation ?? crypto.randomBytes(CONVERSATION_ID_BYTES),
      timeMs: BigInt(Date.now()),
      attachmentSha256: hashWelcome(crypto, welcome),
    }),
    suite: 83,
    epoch: options.epoch ?? 1n,
    members: [account, requester].flatMap(({ username, devices }) => devices.map((d) => ({ username, deviceId: d.deviceId }))),
    welcome,
  });
}

/** A REPLACE of a conversation with another user, with all devices of both. */
export function replaceOf(
  account: Account,
  peer: Account,
  replaced: Uint8Array,
  options: ConsentOptions & { conversation?: Uint8Array; epoch?: bigint; proof?: ConsentProof } = {},
): Replace {
  const { consent, suite, epoch, members, welcome } = acceptOf(account, peer, replaced, {
    ...options,
    kind: ConsentKind.REPLACE,
  });
  return create(ReplaceSchema, {
    ...(consent === undefined ? {} : { consent }),
    ...(options.proof === undefined ? {} : { proof: options.proof }),
    suite,
    epoch,
    members,
    welcome,
  });
}

export function refuseOf(account: Account, to: string, id: Uint8Array): Refuse {
  return create(RefuseSchema, { consent: bareConsent(account, to, id, ConsentKind.REFUSE) });
}

export function cancelOf(account: Account, to: string, id: Uint8Array): Cancel {
  return create(CancelSchema, { consent: bareConsent(account, to, id, ConsentKind.CANCEL) });
}

function bareConsent(account: Account, to: string, id: Uint8Array, kind: ConsentKind) {
  const { signature, deviceId } = account.device();
  const { username: from } = account;
  return signConsent(crypto, signature.secret, { kind, requestId: id, from, deviceId, to, timeMs: BigInt(Date.now()) });
}
