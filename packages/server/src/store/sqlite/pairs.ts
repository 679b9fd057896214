import type { DatabaseSync } from 'node:sqlite';
import { toHex } from '@parley/protocol';
import type { DeviceKey } from '../store.ts';
import { prepare } from './statement.ts';

/** Consent belongs to a pair of users, whoever asked: the pair is named in the order of the names. */
export function pair(a: string, b: string): [low: string, high: string] {
  return a < b ? [a, b] : [b, a];
}

export function findConsent(db: DatabaseSync): (a: string, b: string) => boolean {
  const find = prepare<[string, string]>(db, 'SELECT 1 FROM consents WHERE low = ? AND high = ?');
  return (a, b) => find.get(...pair(a, b)) !== undefined;
}

export function findBlock(db: DatabaseSync): (blocker: string, blocked: string) => boolean {
  const find = prepare<[string, string]>(db, 'SELECT 1 FROM blocks WHERE blocker = ? AND blocked = ?');
  return (blocker, blocked) => find.get(blocker, blocked) !== undefined;
}

export function deviceKey(username: string, deviceId: Uint8Array): DeviceKey {
  return `${username}/${toHex(deviceId)}`;
}

/** The user a device belongs to: usernames hold no slash. */
export function userOf(device: DeviceKey): string {
  return device.slice(0, device.indexOf('/'));
}
