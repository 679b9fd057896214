import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { equalBytes, type OpenedDeviceList, openConsent, openDeviceList } from '@parley/protocol';
import {
  type ConsentKind,
  type ConsentStatement,
  type SignedConsent,
  type SignedDeviceList,
  SignedDeviceListSchema,
} from '@parley/protocol/wire';
import { protocolError } from '../session/replies.ts';
import type { Session } from '../session/session.ts';
import type { DeviceKey } from '../store/device-key.ts';
import type { NewRequest, UserEntry } from '../store/entries.ts';

/** What RTT, ACCEPT, REFUSE and CANCEL have in common. */
interface ConsentBody {
  readonly position: bigint;
  readonly consent?: SignedConsent | undefined;
  readonly fromDevices?: SignedDeviceList | undefined;
}

/** A statement that was verified, and the two users it is between. */
export interface VerifiedConsent {
  readonly statement: ConsentStatement;
  /** The user of the session, who signed, and that user's newest device list. */
  readonly sender: UserEntry;
  readonly senderList: OpenedDeviceList;
  readonly recipient: UserEntry;
}

/**
 * Verifies that the device of this session has signed the statement as its user's newest device list has it, and that the
 * statement is of this kind, about this attachment (its SHA-256; empty: none).
 * @throws ParleyError `malformed`; `unknown_user` for the one it is addressed to
 */
export async function verifyConsent(
  session: Session,
  body: ConsentBody,
  kind: ConsentKind,
  attachmentSha256: Uint8Array,
): Promise<VerifiedConsent> {
  // These two are the server's to fill in.
  if (body.position !== 0n || body.fromDevices !== undefined || body.consent === undefined) throw protocolError('malformed');
  const { store, crypto } = session.services;
  const sender = await store.findUser(session.username);
  if (sender === undefined) throw protocolError('auth_failed');
  const senderList = openDeviceList(crypto, sender.deviceList);

  const statement = openConsent(crypto, body.consent, senderList);
  const isOurs =
    statement.kind === kind &&
    statement.from === session.username &&
    equalBytes(statement.deviceId, session.deviceId) &&
    equalBytes(statement.attachmentSha256, attachmentSha256);
  if (!isOurs) throw protocolError('malformed');

  const recipient = await store.findUser(statement.to);
  if (recipient === undefined) throw protocolError('unknown_user');
  return { statement, sender, senderList, recipient };
}

/** A body as it is passed on, and the hash by which it is known when it is sent again. */
interface EncodedConsent {
  /** With the sender's newest device list, to verify the statement with. */
  readonly body: Uint8Array;
  /** SHA-256 of what the client sent alone: that list may be another one the next time. */
  readonly sha256: Uint8Array;
}

export function encodeConsent<Schema extends DescMessage>(
  { services: { crypto } }: Session,
  schema: Schema,
  sent: MessageShape<Schema> & ConsentBody,
  { sender }: VerifiedConsent,
): EncodedConsent {
  const encode = (body: MessageShape<Schema>): Uint8Array => toBinary(schema, body, { writeUnknownFields: false });
  const fromDevices = fromBinary(SignedDeviceListSchema, sender.deviceList);
  return { body: encode({ ...sent, fromDevices }), sha256: crypto.sha256(encode(sent)) };
}

/**
 * Delivers a copy to all devices of both users but the one that sent it, in the transaction that `change` makes of it.
 * `isKept` says what the store has kept of it: for the devices of the sender, and for those of the other user.
 */
export function deliverToBoth<Result>(
  session: Session,
  { statement, sender, recipient }: VerifiedConsent,
  { opcode, body, sha256 }: EncodedConsent & { readonly opcode: number },
  change: (request: NewRequest) => Promise<Result>,
  isKept: (result: Result, isOwnDevice: boolean) => boolean,
): Promise<Result> {
  const { mailboxes, clock } = session.services;
  const { requestId, from, to } = statement;
  const ownDevices = new Set<DeviceKey>(sender.devices.map(({ key }) => key));
  const devices = [...ownDevices, ...recipient.devices.map(({ key }) => key)].filter((device) => device !== session.device);
  return mailboxes.deliver(
    devices.map((device) => ({ device, opcode, body })),
    (deliveries) => change({ by: session.ref, requestId, from, to, body, sha256, nowMs: clock.steadyMs(), deliveries }),
    (result, device) => isKept(result, ownDevices.has(device)),
  );
}
