import type { DatabaseSync } from 'node:sqlite';
import { equalBytes, MAX_COMMITS, MAX_MEMBERS } from '@parley/protocol';
import type { DeviceKey } from '../device-key.ts';
import type { MailboxLimits, NewCommit } from '../entries.ts';
import type { Handlers } from './calls.ts';
import { fitsInteger } from './integers.ts';
import { deliverToMember } from './mailbox-writer.ts';
import { REPLACED, sessionFence } from './sessions.ts';
import { prepare, prepareBig } from './statement.ts';

/** No user has this name. */
const NOBODY = '';

/** A device that sends, and the conversation it sends to; `id` is null where there is none. */
type Sending = {
  username: string;
  id: bigint | null;
  epoch: bigint | null;
  isOneToOne: bigint | null;
  isReplaced: bigint;
  isMember: bigint;
  hasOtherUser: bigint;
};

type Found = { id: bigint; oneToOne: bigint; epoch: bigint; replacedMs: bigint | null };

/** Who belongs to a conversation, in which epoch it is, and which commit ended each epoch. */
export function conversations(
  db: DatabaseSync,
  limits: MailboxLimits,
): Pick<Handlers, 'findConversation' | 'appendMessage' | 'commit'> {
  const fence = sessionFence(db);
  const deliver = deliverToMember(db, limits);
  const find = prepareBig<[Uint8Array], Found>(
    db,
    'SELECT id, one_to_one AS oneToOne, epoch, replaced_ms AS replacedMs FROM conversations WHERE conversation = ?',
  );
  const usersOf = prepare<[number], { username: string }>(
    db,
    'SELECT username FROM conversation_users WHERE conversation = ? ORDER BY username',
  );
  const membersOf = prepare<[number], { device: DeviceKey }>(
    db,
    'SELECT device_key AS device FROM members WHERE conversation = ? ORDER BY device_key',
  );
  const findUnlisted = prepare<[number]>(
    db,
    'SELECT 1 FROM members WHERE conversation = ? AND device_key NOT IN (SELECT key FROM devices) LIMIT 1',
  );
  const findAnyBlock = prepare<[number, number]>(
    db,
    `SELECT 1 FROM blocks WHERE blocker IN (SELECT username FROM conversation_users WHERE conversation = ?)
       AND blocked IN (SELECT username FROM conversation_users WHERE conversation = ?) LIMIT 1`,
  );
  // In one statement what a MESSAGE hangs on: the time a store takes for one is mostly that of its statements.
  const findSending = prepareBig<[Uint8Array, DeviceKey, number], Sending>(
    db,
    `SELECT sender.username, conversations.id, epoch, one_to_one AS isOneToOne, replaced_ms IS NOT NULL AS isReplaced,
       EXISTS (SELECT 1 FROM members WHERE conversation = conversations.id AND device_key = sender.key) AS isMember,
       EXISTS (SELECT 1 FROM members JOIN devices ON devices.key = members.device_key
               WHERE members.conversation = conversations.id AND devices.username <> sender.username) AS hasOtherUser
     FROM devices AS sender LEFT JOIN conversations ON conversation = ?
     WHERE sender.key = ? AND session = ? AND session > 0`,
  );
  const findListedMember = prepare<[number, string]>(
    db,
    `SELECT 1 FROM members JOIN devices ON devices.key = members.device_key
     WHERE members.conversation = ? AND devices.username = ? LIMIT 1`,
  );
  const findMember = prepare<[number, string]>(db, 'SELECT 1 FROM members WHERE conversation = ? AND device_key = ?');
  const insertMember = prepare<[number, string]>(db, 'INSERT INTO members (conversation, device_key) VALUES (?, ?)');
  const deleteMember = prepare<[number, string]>(db, 'DELETE FROM members WHERE conversation = ? AND device_key = ?');
  const isListedUser = prepare<[number, string]>(
    db,
    `SELECT 1 FROM devices JOIN conversation_users USING (username)
     WHERE conversation_users.conversation = ? AND devices.key = ?`,
  );
  const findWinner = prepare<[number, bigint], { sha256: Uint8Array }>(
    db,
    'SELECT sha256 FROM commits WHERE conversation = ? AND epoch = ?',
  );
  const insertWinner = prepare<[number, bigint, Uint8Array]>(
    db,
    'INSERT INTO commits (conversation, epoch, sha256) VALUES (?, ?, ?)',
  );
  const forgetWinners = prepare<[number, bigint]>(db, 'DELETE FROM commits WHERE conversation = ? AND epoch <= ?');
  const countMembers = prepare<[number], { count: number }>(db, 'SELECT count(*) AS count FROM members WHERE conversation = ?');
  const setEpoch = prepare<[bigint, number]>(db, 'UPDATE conversations SET epoch = ? WHERE id = ?');
  const countWithheld = prepare<[]>(db, "UPDATE counters SET value = value + 1 WHERE name = 'withheld'");

  const isMember = (conversation: number, device: DeviceKey): boolean => findMember.get(conversation, device) !== undefined;

  function changesMembersRightly(conversation: number, { by, added, removed }: NewCommit): boolean {
    return (
      new Set(added).size === added.length &&
      new Set(removed).size === removed.length &&
      (countMembers.get(conversation)?.count ?? 0) + added.length - removed.length <= MAX_MEMBERS &&
      added.every((key) => isListedUser.get(conversation, key) !== undefined && !isMember(conversation, key)) &&
      removed.every((key) => key !== by.device && isMember(conversation, key))
    );
  }

  return {
    findConversation(conversation) {
      const found = find.get(conversation);
      if (found === undefined) return undefined;
      const id = Number(found.id);
      const users = usersOf.all(id).map((row) => row.username);
      const members = membersOf.all(id).map((row) => row.device);
      const isOpen =
        found.replacedMs === null &&
        (found.oneToOne === 0n || users.every((user) => findListedMember.get(id, user) !== undefined)) &&
        findUnlisted.get(id) === undefined &&
        findAnyBlock.get(id, id) === undefined;
      // An argument is a view of all bytes of its batch, which are not to come back with it.
      return { conversation: conversation.slice(), epoch: found.epoch, users, members, isOpen };
    },

    appendMessage({ by, conversation, epoch, deliveries }) {
      const found = findSending.get(conversation, by.device, by.session);
      if (found === undefined) return REPLACED;
      const { id, username, isOneToOne } = found;
      if (id === null) return { refused: 'unknown_conversation' };
      if (found.isMember === 0n) return { refused: 'not_member' };
      if (epoch !== found.epoch || found.isReplaced !== 0n) return { refused: 'stale_epoch' };
      if (isOneToOne !== 0n && found.hasOtherUser === 0n) return { refused: 'stale_epoch' };

      const sender = isOneToOne === 0n ? NOBODY : username;
      const withheld = deliveries.filter((delivery) => !deliver(delivery, Number(id), sender));
      if (withheld.length === 0) return 'ok';
      // A transaction that writes nothing needs no fsync: a blocked sender could tell from the wait.
      countWithheld.run();
      return { withheld: withheld.map((delivery) => delivery.device) };
    },

    commit(commit) {
      const { by, conversation, epoch, sha256, added, removed, deliveries } = commit;
      if (fence(by) === undefined) return REPLACED;
      const found = find.get(conversation);
      if (found === undefined) return { refused: 'unknown_conversation' };
      const id = Number(found.id);
      const winner = fitsInteger(epoch) ? findWinner.get(id, epoch)?.sha256 : undefined;
      if (winner !== undefined && equalBytes(winner, sha256)) return 'duplicate';
      if (!isMember(id, by.device)) return { refused: 'not_member' };
      if (epoch !== found.epoch || found.replacedMs !== null) {
        return { refused: 'stale_epoch', winnerSha256: winner ?? new Uint8Array() };
      }
      if (!fitsInteger(epoch + 1n) || !changesMembersRightly(id, commit)) return { refused: 'malformed' };

      insertWinner.run(id, epoch, sha256);
      forgetWinners.run(id, epoch - BigInt(MAX_COMMITS));
      setEpoch.run(epoch + 1n, id);
      for (const key of added) insertMember.run(id, key);
      for (const delivery of deliveries) deliver(delivery, id, NOBODY);
      for (const key of removed) deleteMember.run(id, key);
      return 'ok';
    },
  };
}

interface NewConversation {
  readonly conversation: Uint8Array;
  readonly suite: number;
  readonly epoch: bigint;
  readonly users: readonly string[];
  readonly members: readonly DeviceKey[];
}

/** Makes a one-to-one conversation. The caller has checked users and members. False: the id is taken; nothing was written. */
export function createConversation(db: DatabaseSync): (conversation: NewConversation) => boolean {
  const insert = prepare<[Uint8Array, number, bigint], { id: number }>(
    db,
    `INSERT INTO conversations (conversation, one_to_one, suite, epoch) VALUES (?, 1, ?, ?)
     ON CONFLICT DO NOTHING RETURNING id`,
  );
  const insertUser = prepare<[number, string]>(db, 'INSERT INTO conversation_users (conversation, username) VALUES (?, ?)');
  const insertMember = prepare<[number, string]>(db, 'INSERT INTO members (conversation, device_key) VALUES (?, ?)');
  return ({ conversation, suite, epoch, users, members }) => {
    const row = insert.get(conversation, suite, epoch);
    if (row === undefined) return false;
    for (const username of users) insertUser.run(row.id, username);
    for (const device of members) insertMember.run(row.id, device);
    return true;
  };
}
