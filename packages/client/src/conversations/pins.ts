import { create, toBinary } from '@bufbuild/protobuf';
import {
  type CryptoProvider,
  type DeviceIdentity,
  equalBytes,
  MAX_STRANGERS,
  type OpenedDeviceList,
  openDeviceList,
} from '@parley/protocol';
import { type SignedDeviceList, SignedDeviceListSchema } from '@parley/protocol/wire';
import { ContactSchema } from '../gen/rows_pb.ts';
import type { Transaction } from '../records/transaction.ts';
import { IdentityChangedError, InvalidConsentError } from './consent-errors.ts';
import type { Context } from './context.ts';
import { type Tell, tellError } from './tell.ts';

/** A device list whose signatures hold and whose identity key is the user's pinned one. */
export interface KnownUser {
  readonly username: string;
  readonly identityKey: Uint8Array;
  readonly devices: readonly DeviceIdentity[];
}

/**
 * Opens a device list and compares it with what is pinned: the first identity key seen of a user is pinned, another one is
 * refused, and so is a list older than one seen before (docs/protocol.md, "Identities").
 * @throws InvalidConsentError, IdentityChangedError
 */
export function recognise(context: Context, transaction: Transaction, signed: SignedDeviceList | undefined): KnownUser {
  const { environment, records } = context;
  if (signed === undefined) throw new InvalidConsentError('it came without a device list');
  const list = openList(environment.crypto, signed);
  const account = records.accountIn(transaction);
  const deviceList = toBinary(SignedDeviceListSchema, signed);
  if (list.username === account.username) {
    if (!equalBytes(list.identityKey, account.identityKey)) throw new InvalidConsentError('it claims to be from this user');
    if (isNewer(environment.crypto, list, account.deviceList)) records.putAccount(transaction, { ...account, deviceList });
    return list;
  }
  const contact = transaction.get(records.contacts, list.username);
  // One who was blocked before ever being heard of is known by name alone.
  if (contact === undefined || contact.identityKey.length === 0) {
    const { username, identityKey } = list;
    if (contact === undefined) forgetStrangers(context, transaction);
    const known = contact ?? create(ContactSchema, { username });
    transaction.put(records.contacts, { ...known, identityKey, deviceList });
    return list;
  }
  if (!equalBytes(contact.identityKey, list.identityKey)) throw new IdentityChangedError(list.username, list.identityKey);
  if (isNewer(environment.crypto, list, contact.deviceList)) transaction.put(records.contacts, { ...contact, deviceList });
  return list;
}

/** The same of what a server has given for this user. @throws InvalidConsentError, IdentityChangedError */
export function recogniseAs(
  context: Context,
  transaction: Transaction,
  username: string,
  signed: SignedDeviceList | undefined,
): KnownUser {
  const user = recognise(context, transaction, signed);
  if (user.username !== username) throw new InvalidConsentError('the server gave the devices of somebody else');
  return user;
}

/** @throws InvalidConsentError for a list that is older than the one that is known: a device that was removed would count again */
function isNewer(crypto: CryptoProvider, { version }: OpenedDeviceList, known: Uint8Array): boolean {
  const newest = openDeviceList(crypto, known).version;
  if (version < newest) throw new InvalidConsentError('its device list is older than one seen before');
  return version > newest;
}

/** Makes room for one more of those who have asked once, and with whom nothing has come of it: the longest known go. */
function forgetStrangers({ records }: Context, transaction: Transaction): void {
  if (records.contacts.rows.size < MAX_STRANGERS) return;
  const asking = new Set(transaction.values(records.requests).map(({ peer }) => peer));
  const strangers = transaction
    .values(records.contacts)
    .filter((row) => row.conversation.length === 0 && row.proof.length === 0 && !row.blocked && row.changedKey.length === 0)
    .filter(({ username }) => !asking.has(username));
  for (const { username } of strangers.slice(0, Math.max(0, strangers.length - MAX_STRANGERS + 1))) {
    transaction.delete(records.contacts, username);
  }
}

function openList(crypto: CryptoProvider, signed: SignedDeviceList): OpenedDeviceList {
  try {
    return openDeviceList(crypto, signed);
  } catch (cause) {
    throw new InvalidConsentError('its device list does not hold', { cause });
  }
}

/** Sending to this user stops until somebody has looked. */
export function noteChange(
  context: Context,
  transaction: Transaction,
  error: IdentityChangedError,
  tell: Tell = tellError,
): void {
  const { contacts } = context.records;
  const contact = transaction.get(contacts, error.username);
  if (contact !== undefined) transaction.put(contacts, { ...contact, changedKey: error.identityKey });
  const message = `${error.username} shows another identity than before: nothing is sent until you have compared safety numbers`;
  tell(context, transaction, 'identity_changed', message, { user: error.username });
}
