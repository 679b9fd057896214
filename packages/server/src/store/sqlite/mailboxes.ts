import type { DatabaseSync } from 'node:sqlite';
import { IDS_REMEMBERED_MS, Opcode } from '@parley/protocol';
import type { DeviceKey } from '../device-key.ts';
import type { Delivery, MailboxItem, MailboxLimits } from '../store.ts';
import type { Handlers } from './calls.ts';
import { clampInteger } from './integers.ts';
import { REPLACED, sessionFence } from './sessions.ts';
import { prepare, prepareBig } from './statement.ts';

type MailboxHandlers = Pick<Handlers, 'readMailbox' | 'ack' | 'keep' | 'appendRejoin' | 'expire'>;

/** What waits for each device, in order of position. */
export function mailboxes(db: DatabaseSync, limits: MailboxLimits): MailboxHandlers {
  const fence = sessionFence(db);
  const put = putItem(db, limits);
  const deliver = deliverToListed(db, limits);
  const drop = dropMailbox(db);
  const read = prepareBig<[string, bigint, number], { position: bigint; opcode: bigint; body: Uint8Array }>(
    db,
    `SELECT position, opcode, body FROM mailbox
     WHERE device = (SELECT id FROM devices WHERE key = ?) AND position > ? ORDER BY position LIMIT ?`,
  );
  const acknowledge = prepare<[bigint, number]>(db, 'UPDATE devices SET acked = max(acked, ?) WHERE id = ?');
  const bytesUpTo = prepare<[number, bigint], { bytes: number }>(
    db,
    'SELECT ifnull(sum(length(body)), 0) AS bytes FROM mailbox WHERE device = ? AND position <= ?',
  );
  const deleteUpTo = prepare<[number, bigint]>(db, 'DELETE FROM mailbox WHERE device = ? AND position <= ?');
  const takeOff = prepare<[number, number]>(db, 'UPDATE devices SET mailbox_bytes = mailbox_bytes - ? WHERE id = ?');
  const findRejoin = prepare<[number, number]>(db, 'SELECT 1 FROM mailbox WHERE device = ? AND opcode = ?');
  const tooOld = prepare<[number], { device: number }>(
    db,
    `SELECT id AS device FROM devices
     WHERE (SELECT stored_ms FROM mailbox WHERE device = devices.id ORDER BY position LIMIT 1) <= ?`,
  );
  const forgetReplaced = prepare<[number]>(db, 'DELETE FROM conversations WHERE replaced_ms <= ?');

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
      const { bytes = 0 } = bytesUpTo.get(device.id, upTo) ?? {};
      acknowledge.run(upTo, device.id);
      if (deleteUpTo.run(device.id, upTo) > 0) takeOff.run(bytes, device.id);
      return 'ok';
    },

    keep(deliveries) {
      for (const delivery of deliveries) deliver(delivery);
    },

    appendRejoin({ by, delivery }) {
      const device = fence(by);
      if (device === undefined) return REPLACED;
      if (findRejoin.get(device.id, Opcode.REJOIN) !== undefined) return 'duplicate';
      put(device.id, delivery);
      return 'ok';
    },

    expire(nowMs) {
      const old = tooOld.all(nowMs - limits.lifetimeMs);
      for (const { device } of old) drop(device, nowMs);
      forgetReplaced.run(nowMs - IDS_REMEMBERED_MS);
      return { mailboxes: old.length };
    },
  };
}

/**
 * Deletes all that a mailbox (of a device's row number) holds, and leaves one REJOIN in the place of the newest of them: a device
 * that has that one already, or acknowledges it, has lost nothing.
 */
function dropMailbox(db: DatabaseSync): (device: number, nowMs: number) => void {
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

/** Puts an item into the mailbox of a device (its row number); what that held before is dropped where it becomes too much. */
function putItem(db: DatabaseSync, limits: MailboxLimits): (device: number, delivery: Delivery) => void {
  const insert = insertItem(db);
  const add = prepare<[number, number], { bytes: number }>(
    db,
    'UPDATE devices SET mailbox_bytes = mailbox_bytes + ? WHERE id = ? RETURNING mailbox_bytes AS bytes',
  );
  const drop = dropMailbox(db);
  return (device, { position, opcode, body, atMs }) => {
    const { bytes = 0 } = add.get(body.length, device) ?? {};
    if (bytes > limits.maxBytes && bytes > body.length) {
      drop(device, atMs);
      add.get(body.length, device);
    }
    insert.run(device, position, opcode, body, atMs);
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
