import type { DatabaseSync } from 'node:sqlite';
import { MAX_REPLACED, MAX_REPLACEMENTS_PER_HOUR } from '@parley/protocol';
import { prepare } from './statement.ts';

const HOUR_MS = 3_600_000;

/** Which conversation of two users has the place of their earlier ones: at most one is not replaced. consent.ts has the rules. */
export function replacements(db: DatabaseSync) {
  const find = prepare<[Uint8Array], { id: number; sha256: Uint8Array | null }>(
    db,
    'SELECT id, replaced_sha256 AS sha256 FROM conversations WHERE conversation = ? AND one_to_one = 1',
  );
  const hasUser = prepare<[number, string]>(db, 'SELECT 1 FROM conversation_users WHERE conversation = ? AND username = ?');
  const current = prepare<[string, string], { id: number; conversation: Uint8Array }>(
    db,
    `SELECT id, conversations.conversation FROM conversation_users AS a
     JOIN conversation_users AS b ON b.conversation = a.conversation AND b.username = ?
     JOIN conversations ON conversations.id = a.conversation
     WHERE a.username = ? AND one_to_one = 1 AND replaced_ms IS NULL`,
  );
  const recent = prepare<[string, string, number], { replacedMs: number }>(
    db,
    `SELECT replaced_ms AS replacedMs FROM conversation_users AS a
     JOIN conversation_users AS b ON b.conversation = a.conversation AND b.username = ?
     JOIN conversations ON conversations.id = a.conversation
     WHERE a.username = ? AND one_to_one = 1 AND replaced_ms > ? ORDER BY replaced_ms DESC LIMIT ${MAX_REPLACEMENTS_PER_HOUR}`,
  );
  const mark = prepare<[number, Uint8Array, number]>(
    db,
    'UPDATE conversations SET replaced_ms = ?, replaced_sha256 = ? WHERE id = ?',
  );
  const forgetOldest = prepare<[string, string]>(
    db,
    `DELETE FROM conversations WHERE id IN
       (SELECT id FROM conversation_users AS a
        JOIN conversation_users AS b ON b.conversation = a.conversation AND b.username = ?
        JOIN conversations ON conversations.id = a.conversation
        WHERE a.username = ? AND one_to_one = 1 AND replaced_ms IS NOT NULL
        ORDER BY replaced_ms DESC, id DESC LIMIT -1 OFFSET ${MAX_REPLACED})`,
  );

  return {
    /** A one-to-one conversation; `sha256` of what has ended it, if it was replaced. */
    find: (conversation: Uint8Array) => find.get(conversation),

    /** Whether a conversation (its row number) is of these two users. */
    isOf: (id: number, user: string, otherUser: string): boolean =>
      user !== otherUser && hasUser.get(id, user) !== undefined && hasUser.get(id, otherUser) !== undefined,

    /** The conversation of two users that is not replaced. */
    current: (user: string, otherUser: string) => current.get(user, otherUser),

    /** 0 when these two may replace another group, else how long they have to wait. */
    waitMs(user: string, otherUser: string, nowMs: number): number {
      const times = recent.all(user, otherUser, nowMs - HOUR_MS);
      const oldest = times[MAX_REPLACEMENTS_PER_HOUR - 1];
      // Never above an hour, even if the clock was put back.
      return oldest === undefined ? 0 : Math.min(oldest.replacedMs + HOUR_MS - nowMs, HOUR_MS);
    },

    /** A conversation (its row number) of two users is replaced, by what has this hash; the oldest of too many are forgotten. */
    mark(id: number, sha256: Uint8Array, { from, to, nowMs }: { from: string; to: string; nowMs: number }): void {
      mark.run(nowMs, sha256, id);
      forgetOldest.run(from, to);
    },
  };
}
