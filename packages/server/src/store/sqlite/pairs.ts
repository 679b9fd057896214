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

/** Whether two may talk: consent stands, and in a conversation of theirs each has a device that still counts. */
export function findStanding(db: DatabaseSync): (a: string, b: string) => boolean {
  const consents = findConsent(db);
  const find = prepare<[string, string, string, string]>(
    db,
    `SELECT 1 FROM conversation_users AS a
     JOIN conversation_users AS b ON b.conversation = a.conversation AND b.username = ?
     JOIN conversations ON conversations.id = a.conversation
     WHERE a.username = ? AND one_to_one = 1 AND replaced_ms IS NULL
       AND EXISTS (SELECT 1 FROM members JOIN devices ON devices.key = device_key
                   WHERE members.conversation = a.conversation AND devices.username = ?)
       AND EXISTS (SELECT 1 FROM members JOIN devices ON devices.key = device_key
                   WHERE members.conversation = a.conversation AND devices.username = ?)
     LIMIT 1`,
  );
  return (a, b) => consents(a, b) && find.get(b, a, a, b) !== undefined;
}

export function findBlock(db: DatabaseSync): (blocker: string, blocked: string) => boolean {
  const find = prepare<[string, string]>(db, 'SELECT 1 FROM blocks WHERE blocker = ? AND blocked = ?');
  return (blocker, blocked) => find.get(blocker, blocked) !== undefined;
}
