import type { DatabaseSync } from 'node:sqlite';
import { MAX_REPLACEMENTS_PER_HOUR } from '@parley/protocol';
import { prepare } from './statement.ts';

const HOUR_MS = 3_600_000;

/** Which conversation took the place of which; consent.ts has the rules. */
export function replacements(db: DatabaseSync) {
  const find = prepare<[Uint8Array, string, string], { id: number; sha256: Uint8Array | null }>(
    db,
    `SELECT conversations.id, replaced_sha256 AS sha256 FROM conversations
     JOIN conversation_users AS a ON a.conversation = conversations.id
     JOIN conversation_users AS b ON b.conversation = conversations.id
     WHERE conversations.conversation = ? AND one_to_one = 1 AND a.username = ? AND b.username = ?`,
  );
  const recent = prepare<[string, string, number], { replacedMs: number }>(
    db,
    `SELECT replaced_ms AS replacedMs FROM conversation_users AS a
     JOIN conversation_users AS b ON b.conversation = a.conversation AND b.username = ?
     JOIN conversations ON conversations.id = a.conversation
     WHERE a.username = ? AND one_to_one = 1 AND replaced_ms > ? ORDER BY replaced_ms DESC LIMIT ${MAX_REPLACEMENTS_PER_HOUR}`,
  );
  const newest = prepare<[Uint8Array], { conversation: Uint8Array }>(
    db,
    `WITH RECURSIVE chain (conversation, next, step) AS (
       SELECT conversation, replaced_by, 0 FROM conversations WHERE conversation = ?
       UNION ALL
       SELECT c.conversation, c.replaced_by, step + 1 FROM conversations AS c JOIN chain ON c.conversation = chain.next
     )
     SELECT conversation FROM chain ORDER BY step DESC LIMIT 1`,
  );
  const mark = prepare<[number, Uint8Array, Uint8Array, number]>(
    db,
    'UPDATE conversations SET replaced_ms = ?, replaced_by = ?, replaced_sha256 = ? WHERE id = ?',
  );

  return {
    /** A one-to-one conversation of these two; `sha256` of the REPLACE that has ended it, if there was one. */
    find: (conversation: Uint8Array, user: string, otherUser: string) => find.get(conversation, user, otherUser),

    /** What has the place of a conversation by now, after any number of steps. */
    newest: (conversation: Uint8Array): Uint8Array => newest.get(conversation)?.conversation ?? conversation,

    /** 0 when these two may replace another group, else how long they have to wait. */
    waitMs(user: string, otherUser: string, nowMs: number): number {
      const times = recent.all(user, otherUser, nowMs - HOUR_MS);
      const oldest = times[MAX_REPLACEMENTS_PER_HOUR - 1];
      return oldest === undefined ? 0 : Math.max(1, oldest.replacedMs + HOUR_MS - nowMs);
    },

    mark(id: number, replacedBy: Uint8Array, sha256: Uint8Array, nowMs: number): void {
      mark.run(nowMs, replacedBy, sha256, id);
    },
  };
}
