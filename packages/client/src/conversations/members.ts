import { equalBytes, toHex } from '@parley/protocol';
import { type GroupInfo, MlsError, type MlsMember } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import type { Context } from './context.ts';

/** Whether a leaf is one of this user's devices, one of the other's with the pinned identity, or of nobody who belongs here. */
export function whose(context: Context, transaction: Transaction, peer: string, member: MlsMember): 'self' | 'peer' | 'stranger' {
  const { account, contacts } = context.records;
  if (member.username === account.username) return equalBytes(member.identityKey, account.identityKey) ? 'self' : 'stranger';
  const pinned = transaction.get(contacts, peer)?.identityKey;
  const isPeer = member.username === peer && pinned !== undefined && equalBytes(member.identityKey, pinned);
  return isPeer ? 'peer' : 'stranger';
}

/**
 * A one-to-one group holds the devices of exactly these two users, each once, this device among them.
 * @throws MlsError
 */
export function requireTwo(context: Context, transaction: Transaction, peer: string, group: GroupInfo): void {
  const parties = group.members.map((member) => whose(context, transaction, peer, member));
  if (parties.includes('stranger')) throw new MlsError('refused', 'somebody else is in the group');
  if (!parties.includes('peer')) throw new MlsError('refused', 'the other user is not in the group');
  const ids = group.members.map((member, index) => `${parties[index]}/${toHex(member.deviceId)}`);
  if (new Set(ids).size !== ids.length) throw new MlsError('refused', 'a device is in the group twice');
  if (!ids.includes(`self/${toHex(context.records.account.deviceId)}`)) throw new MlsError('refused', 'this device is not in it');
}
