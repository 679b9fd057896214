import type { DatabaseSync } from 'node:sqlite';
import { IDS_REMEMBERED_MS, Opcode } from '@parley/protocol';
import type { MailboxItem, MailboxLimits } from '../entries.ts';
import type { Handlers } from './calls.ts';
import { clampInteger } from './integers.ts';
import { deliverToListed, dropMailbox, OLDEST_MS } from './mailbox-writer.ts';
import { REPLACED, sessionFence } from './sessions.ts';
import { prepare, prepareBig } from './statement.ts';

type MailboxHandlers = Pick<Handlers, 'readMailbox' | 'ack' | 'keep' | 'appendRejoin' | 'expire' | 'resumeTime'>;

/** What waits for each device, in order of position. */
export function mailboxes(db: DatabaseSync, limits: MailboxLimits): MailboxHandlers {
  const fence = sessionFence(db);
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
  const findRejoin = prepare<[number]>(db, `SELECT 1 FROM mailbox WHERE device = ? AND opcode = ${Opcode.REJOIN}`);
  const tooOld = prepare<[number], { device: number }>(db, `SELECT id AS device FROM devices WHERE ${OLDEST_MS} <= ?`);
  // As long as one of its devices is listed, that may know no newer conversation, and must hear that there is one.
  const forgetReplaced = prepare<[number]>(
    db,
    `DELETE FROM conversations WHERE replaced_ms <= ? AND NOT EXISTS
       (SELECT 1 FROM members JOIN devices ON devices.key = device_key WHERE members.conversation = conversations.id)`,
  );
  const advanceTime = prepare<[number], { time: number }>(
    db,
    "UPDATE counters SET value = max(value, ?) WHERE name = 'time' RETURNING value AS time",
  );
  const startTime = prepare<[number], { time: number }>(
    db,
    "UPDATE counters SET value = iif(value = 0, ?, value) WHERE name = 'time' RETURNING value AS time",
  );

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

    appendRejoin({ by, deliveries }) {
      const device = fence(by);
      if (device === undefined) return REPLACED;
      if (findRejoin.get(device.id) !== undefined) return 'duplicate';
      for (const delivery of deliveries) if (delivery.device === by.device) deliver(delivery);
      return 'ok';
    },

    resumeTime: (nowMs) => startTime.get(nowMs)?.time ?? nowMs,

    expire(nowMs) {
      const old = tooOld.all(nowMs - limits.lifetimeMs);
      for (const { device } of old) drop(device, nowMs);
      forgetReplaced.run(nowMs - IDS_REMEMBERED_MS);
      advanceTime.get(nowMs);
      return { mailboxes: old.length };
    },
  };
}
