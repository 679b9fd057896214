import type { DatabaseSync } from 'node:sqlite';
import type { Handlers } from './calls.ts';
import { REPLACED, sessionFence } from './sessions.ts';
import { prepare } from './statement.ts';

/** Who has blocked whom, and who is left as a contact. */
export function blocks(db: DatabaseSync): Pick<Handlers, 'setBlocked' | 'contacts'> {
  const fence = sessionFence(db);
  const insert = prepare<[string, number, string, string]>(
    db,
    `INSERT OR IGNORE INTO blocks (blocker, blocked, since_ms)
     SELECT ?, username, ? FROM users WHERE username = ? AND username <> ?`,
  );
  const remove = prepare<[string, string]>(db, 'DELETE FROM blocks WHERE blocker = ? AND blocked = ?');
  const contacts = prepare<[string, string, string, string], { contact: string }>(
    db,
    `WITH pairs (contact) AS (
       SELECT high FROM consents WHERE low = ? UNION ALL SELECT low FROM consents WHERE high = ?
     )
     SELECT contact FROM pairs
     WHERE NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = ? AND blocked = contact)
       AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = contact AND blocked = ?)
     ORDER BY contact`,
  );

  return {
    setBlocked({ by, user, blocked, nowMs }) {
      const device = fence(by);
      if (device === undefined) return REPLACED;
      if (blocked) insert.run(device.username, nowMs, user, device.username);
      else remove.run(device.username, user);
      return 'ok';
    },

    contacts: (username) => contacts.all(username, username, username, username).map((row) => row.contact),
  };
}
