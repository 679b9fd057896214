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

/** Puts an item into the mailbox of a device (its row number); what that held before is dropped if it is too much or too old. */
export function putItem(db: DatabaseSync, limits: MailboxLimits): (device: number, delivery: Delivery) => void {
  const insert = insertItem(db);
  const find = prepare<[number], { bytes: number; oldestMs: number | null }>(
    db,
    `SELECT mailbox_bytes AS bytes, ${OLDEST_MS} AS oldestMs FROM devices WHERE id = ?`,
  );
  const add = prepare<[number, number]>(db, 'UPDATE devices SET mailbox_bytes = mailbox_bytes + ? WHERE id = ?');
  const drop = dropMailbox(db);
  return (device, { position, opcode, body, atMs }) => {
    const { bytes = 0, oldestMs = null } = find.get(device) ?? {};
    const isTooOld = oldestMs !== null && oldestMs + limits.lifetimeMs <= atMs;
    if (isTooOld || (bytes > 0 && bytes + body.length > limits.maxBytes)) drop(device, atMs);
    insert.run(device, position, opcode, body, atMs);
    add.run(body.length, device);
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
  const find = prepare<[DeviceKey, string, string], { id: number }>(
    db,
    'SELECT id FROM devices WHERE key = ? AND username IN (?, ?)',
  );
  return (delivery, user, otherUser) => {
    const device = find.get(delivery.device, user, otherUser);
    if (device !== undefined) put(device.id, delivery);
  };
}

/** Puts a body into the mailbox of a listed device; one that is not listed is left out. */
export function deliverToListed(db: DatabaseSync, limits: MailboxLimits): (delivery: Delivery) => void {
  const put = putItem(db, limits);
  const find = prepare<[DeviceKey], { id: number }>(db, 'SELECT id FROM devices WHERE key = ?');
  return (delivery) => {
    const device = find.get(delivery.device);
    if (device !== undefined) put(device.id, delivery);
  };
}

/** Puts a body into the mailbox of a listed device that is a member of a conversation (its row number). False: left out. */
export function deliverToMember(db: DatabaseSync, limits: MailboxLimits): (delivery: Delivery, conversation: number) => boolean {
  const put = putItem(db, limits);
  const find = prepare<[number, DeviceKey], { id: number }>(
    db,
    `SELECT devices.id FROM devices JOIN members ON members.device_key = devices.key
     WHERE members.conversation = ? AND devices.key = ?`,
  );
  return (delivery, conversation) => {
    const device = find.get(conversation, delivery.device);
    if (device !== undefined) put(device.id, delivery);
    return device !== undefined;
  };
}
