import type { DatabaseSync } from 'node:sqlite';
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
