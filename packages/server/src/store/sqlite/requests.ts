import type { DatabaseSync } from 'node:sqlite';
import {
  IDS_REMEMBERED_MS,
  MAX_PENDING_RECEIVED,
  MAX_PENDING_SENT,
  MAX_WITHDRAWN,
  MAX_WITHDRAWN_TO_ONE,
  REFUSED_WAIT_MS,
  REQUEST_LIFETIME_MS,
  WITHDRAWN_COUNTED_MS,
} from '@parley/protocol';
import { prepare } from './statement.ts';

/** `expired` is not written anywhere: it is `pending` for too long. */
export type RequestState = 'pending' | 'accepted' | 'refused' | 'cancelled' | 'expired';

export interface StoredRequest {
  readonly sender: string;
  readonly recipient: string;
  readonly state: RequestState;
  readonly hidden: boolean;
  readonly bodySha256: Uint8Array;
  readonly answerSha256: Uint8Array | null;
}

interface RequestToInsert {
  readonly requestId: Uint8Array;
  readonly sender: string;
  readonly recipient: string;
  readonly hidden: boolean;
  readonly body: Uint8Array;
  readonly bodySha256: Uint8Array;
  readonly nowMs: number;
}

type RequestRow = {
  sender: string;
  recipient: string;
  state: 'pending' | 'accepted' | 'refused' | 'cancelled';
  hidden: number;
  createdMs: number;
  bodySha256: Uint8Array;
  answerSha256: Uint8Array | null;
};

export type Requests = ReturnType<typeof requests>;

/** The rows of requests and what is counted over them; consent.ts has the rules. */
export function requests(db: DatabaseSync) {
  const find = prepare<[Uint8Array], RequestRow>(
    db,
    `SELECT sender, recipient, state, hidden, created_ms AS createdMs, body_sha256 AS bodySha256, answer_sha256 AS answerSha256
     FROM requests WHERE request_id = ?`,
  );
  const insert = prepare<[Uint8Array, string, string, number, number, Uint8Array, Uint8Array]>(
    db,
    `INSERT INTO requests (request_id, sender, recipient, state, hidden, created_ms, body, body_sha256)
     VALUES (?, ?, ?, 'pending', ?, ?, ?, ?)`,
  );
  const settle = prepare<[string, number, Uint8Array, Uint8Array]>(
    db,
    "UPDATE requests SET state = ?, answered_ms = ?, answer_sha256 = ?, body = x'' WHERE request_id = ?",
  );
  const settlePending = prepare<[string, number, string, string, number]>(
    db,
    `UPDATE requests SET state = ?, answered_ms = ?, body = x''
     WHERE sender = ? AND recipient = ? AND state = 'pending' AND created_ms > ?`,
  );
  const forget = prepare<[string, number]>(
    db,
    "DELETE FROM requests WHERE sender = ? AND state IN ('pending', 'accepted', 'refused', 'cancelled') AND created_ms <= ?",
  );
  // What is pending from this sender to this recipient does not count: the new one takes its place.
  const pendingSent = prepare<[string, number, string], { pending: number }>(
    db,
    "SELECT count(*) AS pending FROM requests WHERE sender = ? AND state = 'pending' AND created_ms > ? AND recipient <> ?",
  );
  const pendingReceived = prepare<[string, number, string], { pending: number }>(
    db,
    "SELECT count(*) AS pending FROM requests WHERE recipient = ? AND state = 'pending' AND created_ms > ? AND sender <> ?",
  );
  const withdrawn = prepare<[string, string, number], { toAll: number; toOne: number }>(
    db,
    `SELECT count(*) AS toAll, count(CASE WHEN recipient = ? THEN 1 END) AS toOne FROM requests
     WHERE sender = ? AND state = 'cancelled' AND created_ms > ?`,
  );
  const refused = prepare<[string, string, number]>(
    db,
    "SELECT 1 FROM requests WHERE sender = ? AND recipient = ? AND state = 'refused' AND answered_ms > ? LIMIT 1",
  );
  const crossing = prepare<[string, string, number], { body: Uint8Array }>(
    db,
    `SELECT body FROM requests WHERE sender = ? AND recipient = ? AND state = 'pending' AND hidden = 0 AND created_ms > ?
     ORDER BY created_ms LIMIT 1`,
  );

  return {
    find(requestId: Uint8Array, nowMs: number): StoredRequest | undefined {
      const row = find.get(requestId);
      if (row === undefined) return undefined;
      const expired = row.state === 'pending' && row.createdMs + REQUEST_LIFETIME_MS <= nowMs;
      return { ...row, hidden: row.hidden !== 0, state: expired ? 'expired' : row.state };
    },

    insert({ requestId, sender, recipient, hidden, body, bodySha256, nowMs }: RequestToInsert): void {
      forget.run(sender, nowMs - IDS_REMEMBERED_MS);
      insert.run(requestId, sender, recipient, hidden ? 1 : 0, nowMs, body, bodySha256);
    },

    answer(requestId: Uint8Array, state: 'accepted' | 'refused' | 'cancelled', answerSha256: Uint8Array, nowMs: number): void {
      settle.run(state, nowMs, answerSha256, requestId);
    },

    /** Whatever is pending from one user to another, hidden or not. */
    settle(state: 'accepted' | 'refused' | 'cancelled', sender: string, recipient: string, nowMs: number): void {
      settlePending.run(state, nowMs, sender, recipient, nowMs - REQUEST_LIFETIME_MS);
    },

    refusedRecently: (sender: string, recipient: string, nowMs: number): boolean =>
      refused.get(sender, recipient, nowMs - REFUSED_WAIT_MS) !== undefined,

    /** Hidden ones count like any other. */
    exceedsQuota(sender: string, recipient: string, nowMs: number): boolean {
      const since = nowMs - REQUEST_LIFETIME_MS;
      const { toAll = 0, toOne = 0 } = withdrawn.get(recipient, sender, nowMs - WITHDRAWN_COUNTED_MS) ?? {};
      return (
        toAll >= MAX_WITHDRAWN ||
        toOne >= MAX_WITHDRAWN_TO_ONE ||
        (pendingSent.get(sender, since, recipient)?.pending ?? 0) >= MAX_PENDING_SENT ||
        (pendingReceived.get(recipient, since, sender)?.pending ?? 0) >= MAX_PENDING_RECEIVED
      );
    },

    /** The body of the request that `recipient` of a new one has sent to its sender, if the sender was shown it. */
    crossing: (sender: string, recipient: string, nowMs: number): Uint8Array | undefined =>
      crossing.get(recipient, sender, nowMs - REQUEST_LIFETIME_MS)?.body,
  };
}
