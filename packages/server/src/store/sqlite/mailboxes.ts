import type { DatabaseSync } from 'node:sqlite';
import type { Delivery, MailboxItem } from '../store.ts';
import type { Handlers } from './calls.ts';
import { clampInteger } from './integers.ts';
import { REPLACED, sessionFence } from './sessions.ts';
import { prepare, prepareBig } from './statement.ts';

/** What waits for each device, in order of position. */
export function mailboxes(db: DatabaseSync): Pick<Handlers, 'readMailbox' | 'ack'> {
  const fence = sessionFence(db);
  const read = prepareBig<[string, bigint, number], { position: bigint; opcode: bigint; body: Uint8Array }>(
    db,
    `SELECT position, opcode, body FROM mailbox
     WHERE device = (SELECT id FROM devices WHERE key = ?) AND position > ? ORDER BY position LIMIT ?`,
  );
  // Everything that was ever stored is either still there or acknowledged, so the two together are the highest position stored.
  const acknowledge = prepare<[bigint, number, number]>(
    db,
    `UPDATE devices SET acked = max(acked, min(?, ifnull((SELECT max(position) FROM mailbox WHERE device = ?), 0)))
     WHERE id = ?`,
  );
  const deleteUpTo = prepare<[number, bigint]>(db, 'DELETE FROM mailbox WHERE device = ? AND position <= ?');

  return {
    readMailbox(device, after, limit, maxBytes) {
      const items: MailboxItem[] = [];
      let bytes = 0;
      for (const { position, opcode, body } of read.iterate(device, clampInteger(after), limit)) {
        items.push({ position, opcode: Number(opcode), body });
        bytes += body.length;
        if (bytes >= maxBytes) break;
      }
      return items;
    },

    ack({ by, position }) {
      const device = fence(by);
      if (device === undefined) return REPLACED;
      const upTo = clampInteger(position);
      acknowledge.run(upTo, device.id, device.id);
      deleteUpTo.run(device.id, upTo);
      return 'ok';
    },
  };
}

/** Puts a body into the mailbox of a listed device of one of two users; anything else is left out. */
export function deliverToUsers(db: DatabaseSync): (delivery: Delivery, user: string, otherUser: string) => void {
  const insert = prepare<[bigint, number, Uint8Array, string, string, string]>(
    db,
    `INSERT INTO mailbox (device, position, opcode, body)
     SELECT id, ?, ?, ? FROM devices WHERE key = ? AND username IN (?, ?)`,
  );
  return ({ device, position, opcode, body }, user, otherUser) => {
    insert.run(position, opcode, body, device, user, otherUser);
  };
}

/** Puts a body into the mailbox of a listed device that is a member of a conversation (its row number). False: left out. */
export function deliverToMember(db: DatabaseSync): (delivery: Delivery, conversation: number) => boolean {
  const insert = prepare<[bigint, number, Uint8Array, number, string]>(
    db,
    `INSERT INTO mailbox (device, position, opcode, body)
     SELECT devices.id, ?, ?, ? FROM devices JOIN members ON members.device_key = devices.key
     WHERE members.conversation = ? AND devices.key = ?`,
  );
  return ({ device, position, opcode, body }, conversation) => insert.run(position, opcode, body, conversation, device) === 1;
}
