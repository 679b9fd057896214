import { create } from '@bufbuild/protobuf';
import { CONVERSATION_ID_BYTES, equalBytes, hashKeyPackages, hashWelcome, openConsent, signConsent } from '@parley/protocol';
import {
  type Accept,
  AcceptSchema,
  type Cancel,
  CancelSchema,
  ConsentKind,
  type ConsentProof,
  type ConsentStatement,
  type DeviceKeyPackage,
  type DeviceRef,
  type Refuse,
  RefuseSchema,
  type Replace,
  ReplaceSchema,
  type Rtt,
  RttSchema,
  type SignedConsent,
  type SignedDeviceList,
} from '@parley/protocol/wire';
import type { Transaction } from '../records/transaction.ts';
import { InvalidConsentError } from './consent-errors.ts';
import type { Context } from './context.ts';
import { type KnownUser, recognise } from './pins.ts';

const NOTHING = new Uint8Array(0);

/** What a signed RTT, ACCEPT, REFUSE or CANCEL says, after all that can be checked without knowing the request. */
export interface CheckedConsent {
  readonly requestId: Uint8Array;
  readonly from: KnownUser;
  readonly to: string;
  readonly conversation: Uint8Array;
  /** The device that signed it. */
  readonly deviceId: Uint8Array;
  readonly timeMs: number;
}

interface Arrived {
  readonly consent?: SignedConsent | undefined;
  readonly fromDevices?: SignedDeviceList | undefined;
}

/** @throws InvalidConsentError, IdentityChangedError */
export function checkRtt(context: Context, transaction: Transaction, rtt: Rtt): CheckedConsent {
  const { crypto } = context.environment;
  return check(context, transaction, rtt, ConsentKind.RTT, hashKeyPackages(crypto, rtt.keyPackages), 0);
}

/** @throws InvalidConsentError, IdentityChangedError */
export function checkAccept(context: Context, transaction: Transaction, accept: Accept): CheckedConsent {
  const { crypto } = context.environment;
  const hash = hashWelcome(crypto, accept.welcome);
  return check(context, transaction, accept, ConsentKind.ACCEPT, hash, CONVERSATION_ID_BYTES);
}

/** The request id of what it says is the conversation that is replaced. @throws InvalidConsentError, IdentityChangedError */
export function checkReplace(context: Context, transaction: Transaction, replace: Replace): CheckedConsent {
  const { crypto } = context.environment;
  const hash = hashWelcome(crypto, replace.welcome);
  return check(context, transaction, replace, ConsentKind.REPLACE, hash, CONVERSATION_ID_BYTES);
}

/** @throws InvalidConsentError, IdentityChangedError */
export function checkRefuse(context: Context, transaction: Transaction, refuse: Refuse): CheckedConsent {
  return check(context, transaction, refuse, ConsentKind.REFUSE, NOTHING, 0);
}

/** @throws InvalidConsentError, IdentityChangedError */
export function checkCancel(context: Context, transaction: Transaction, cancel: Cancel): CheckedConsent {
  return check(context, transaction, cancel, ConsentKind.CANCEL, NOTHING, 0);
}

function check(
  context: Context,
  transaction: Transaction,
  arrived: Arrived,
  kind: ConsentKind,
  attachmentHash: Uint8Array,
  conversationBytes: number,
): CheckedConsent {
  const from = recognise(context, transaction, arrived.fromDevices);
  const statement = openStatement(context, arrived, from);
  if (statement.kind !== kind) throw new InvalidConsentError('it was signed for something else');
  if (!equalBytes(statement.attachmentSha256, attachmentHash)) throw new InvalidConsentError('what came with it was changed');
  const { requestId, conversation, to, deviceId } = statement;
  if (conversation.length !== conversationBytes) throw new InvalidConsentError('it is about another kind of conversation');
  const self = context.records.account.username;
  if (to !== self && from.username !== self) throw new InvalidConsentError('it is not for this user');
  return { requestId, from, to, conversation, deviceId, timeMs: Number(statement.timeMs) };
}

function openStatement(context: Context, { consent }: Arrived, from: KnownUser): ConsentStatement {
  if (consent === undefined) throw new InvalidConsentError('it is not signed');
  try {
    return openConsent(context.environment.crypto, consent, from);
  } catch (cause) {
    throw new InvalidConsentError('its signature does not hold', { cause });
  }
}

export function makeRtt(context: Context, to: string, requestId: Uint8Array, keyPackages: DeviceKeyPackage[]): Rtt {
  const attachmentSha256 = hashKeyPackages(context.environment.crypto, keyPackages);
  const consent = sign(context, { kind: ConsentKind.RTT, requestId, to, conversation: NOTHING, attachmentSha256 });
  return create(RttSchema, { consent, keyPackages });
}

/** What an ACCEPT or REPLACE says of the group it makes. */
export interface NewGroup {
  readonly conversation: Uint8Array;
  readonly suite: number;
  readonly epoch: bigint;
  readonly members: DeviceRef[];
  readonly welcome: Uint8Array;
}

export function makeAccept(context: Context, to: string, requestId: Uint8Array, group: NewGroup): Accept {
  const { conversation, suite, epoch, members, welcome } = group;
  const attachmentSha256 = hashWelcome(context.environment.crypto, welcome);
  const consent = sign(context, { kind: ConsentKind.ACCEPT, requestId, to, conversation, attachmentSha256 });
  return create(AcceptSchema, { consent, suite, epoch, members, welcome });
}

export function makeReplace(
  context: Context,
  to: string,
  replaces: Uint8Array,
  group: NewGroup,
  proof: ConsentProof | undefined,
): Replace {
  const { conversation, suite, epoch, members, welcome } = group;
  const attachmentSha256 = hashWelcome(context.environment.crypto, welcome);
  const consent = sign(context, { kind: ConsentKind.REPLACE, requestId: replaces, to, conversation, attachmentSha256 });
  return create(ReplaceSchema, { consent, suite, epoch, members, welcome, ...(proof === undefined ? {} : { proof }) });
}

export function makeRefuse(context: Context, to: string, requestId: Uint8Array): Refuse {
  const statement = { kind: ConsentKind.REFUSE, requestId, to, conversation: NOTHING, attachmentSha256: NOTHING };
  return create(RefuseSchema, { consent: sign(context, statement) });
}

export function makeCancel(context: Context, to: string, requestId: Uint8Array): Cancel {
  const statement = { kind: ConsentKind.CANCEL, requestId, to, conversation: NOTHING, attachmentSha256: NOTHING };
  return create(CancelSchema, { consent: sign(context, statement) });
}

type Statement = Pick<ConsentStatement, 'kind' | 'requestId' | 'to' | 'conversation' | 'attachmentSha256'>;

function sign(context: Context, statement: Statement): SignedConsent {
  const { environment, records } = context;
  const { username, deviceId, signatureSecret } = records.account;
  const timeMs = BigInt(environment.now());
  return signConsent(environment.crypto, signatureSecret, { ...statement, from: username, deviceId, timeMs });
}
