import type { DatabaseSync } from 'node:sqlite';
import { Opcode } from '@parley/protocol';
import type { DeviceKey } from '../device-key.ts';
import type { Delivery, MailboxLimits } from '../entries.ts';
import { prepare, prepareBig } from './statement.ts';

/** The oldest item of a mailbox that can be too old: a REJOIN says that something is gone, and never ages. */
export const OLDEST_MS = `(SELECT stored_ms FROM mailbox
  WHERE mailbox.device = devices.id AND opcode <> ${Opcode.REJOIN} ORDER BY position LIMIT 1)`;

/**
 * Deletes all that a mailbox (of a device's row number) holds, and leaves one REJOIN in the place of the newest of them: a device
 * that has that one already, or acknowledges it, has lost nothing.
 */
export function dropMailbox(db: DatabaseSync): (device: number, nowMs: number) => void {
  const newest = prepareBig<[number], { position: bigint }>(
    db,
    'SELECT position FROM mailbox WHERE device = ? ORDER BY position DESC LIMIT 1',
  );
  const clear = prepare<[number]>(db, 'DELETE FROM mailbox WHERE device = ?');
  const setBytes = prepare<[number]>(db, 'UPDATE devices SET mailbox_bytes = 0 WHERE id = ?');
  const insert = insertItem(db);
  return (device, nowMs) => {
    const last = newest.get(device);
    if (last === undefined) return;
    clear.run(device);
    setBytes.run(device);
    insert.run(device, last.position, Opcode.REJOIN, new Uint8Array(), nowMs);
  };
}

/** A device's mailbox: its row number, the bytes of all bodies, and since when its oldest item is there. */
type MailboxRow = { id: number; bytes: number; oldestMs: number | null };

/** A `MailboxRow` of the table `devices`. */
export const MAILBOX_ROW = `devices.id AS id, mailbox_bytes AS bytes, ${OLDEST_MS} AS oldestMs`;

/** Puts an item into a mailbox as it was just found; what that held before is dropped if it is too much or too old. */
export function putItem(db: DatabaseSync, limits: MailboxLimits): (mailbox: MailboxRow, delivery: Delivery) => void {
  const insert = insertItem(db);
  const add = prepare<[number, number]>(db, 'UPDATE devices SET mailbox_bytes = mailbox_bytes + ? WHERE id = ?');
  const drop = dropMailbox(db);
  return ({ id, bytes, oldestMs }, { position, opcode, body, atMs }) => {
    const isTooOld = oldestMs !== null && oldestMs + limits.lifetimeMs <= atMs;
    if (isTooOld || (bytes > 0 && bytes + body.length > limits.maxBytes)) drop(id, atMs);
    insert.run(id, position, opcode, body, atMs);
    add.run(body.length, id);
  };
}

function insertItem(db: DatabaseSync) {
  return prepare<[number, bigint, number, Uint8Array, number]>(
    db,
    'INSERT INTO mailbox (device, position, opcode, body, stored_ms) VALUES (?, ?, ?, ?, ?)',
  );
}

/** Puts a body into the mailbox of a listed device of one of two users; anything else is left out. */
export function deliverToUsers(
  db: DatabaseSync,
  limits: MailboxLimits,
): (delivery: Delivery, user: string, otherUser: string) => void {
  const put = putItem(db, limits);
  const find = prepare<[DeviceKey, string, string], MailboxRow>(
    db,
    `SELECT ${MAILBOX_ROW} FROM devices WHERE key = ? AND username IN (?, ?)`,
  );
  return (delivery, user, otherUser) => {
    const mailbox = find.get(delivery.device, user, otherUser);
    if (mailbox !== undefined) put(mailbox, delivery);
  };
}

/** Puts a body into the mailbox of a listed device; one that is not listed is left out. */
export function deliverToListed(db: DatabaseSync, limits: MailboxLimits): (delivery: Delivery) => void {
  const put = putItem(db, limits);
  const find = prepare<[DeviceKey], MailboxRow>(db, `SELECT ${MAILBOX_ROW} FROM devices WHERE key = ?`);
  return (delivery) => {
    const mailbox = find.get(delivery.device);
    if (mailbox !== undefined) put(mailbox, delivery);
  };
}

/**
 * Puts a body into the mailbox of a listed device that is a member of a conversation (its row number), unless its user has blocked `from`
 * (nobody is called ''). False: left out.
 */
export function deliverToMember(
  db: DatabaseSync,
  limits: MailboxLimits,
): (delivery: Delivery, conversation: number, from: string) => boolean {
  const put = putItem(db, limits);
  const find = prepare<[number, DeviceKey, string], MailboxRow>(
    db,
    `SELECT ${MAILBOX_ROW} FROM devices JOIN members ON members.device_key = devices.key
     WHERE members.conversation = ? AND devices.key = ?
       AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = devices.username AND blocked = ?)`,
  );
  return (delivery, conversation, from) => {
    const mailbox = find.get(conversation, delivery.device, from);
    if (mailbox !== undefined) put(mailbox, delivery);
    return mailbox !== undefined;
  };
}
