import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../store-error.ts';

/** Written to the file as `user_version`. A change of the schema raises it and adds a step to `MIGRATIONS`. */
const SCHEMA_VERSION = 3;

/**
 * Times are milliseconds: of invites and users Unix time, of all else what has gone by while servers ran. A device is named by its
 * key (`username/hex`) where the row may outlive it, else by its row number, which is never used again. Positions, epochs and
 * versions are below 2^63.
 */
const VERSION_1 = `
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('generation', 0), ('session', 0), ('withheld', 0);

CREATE TABLE invites (
  token_hash BLOB PRIMARY KEY,
  expires_ms INTEGER NOT NULL,
  uses_left INTEGER NOT NULL CHECK (uses_left >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  username TEXT PRIMARY KEY,
  identity_key BLOB NOT NULL,
  device_list BLOB NOT NULL,
  version INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  suspended INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE devices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  username TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  device_id BLOB NOT NULL,
  channel_key BLOB NOT NULL,
  signature_key BLOB NOT NULL,
  session INTEGER NOT NULL DEFAULT 0, -- 0: has never logged in
  acked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX devices_of_user ON devices (username);

CREATE TABLE mailbox (
  device INTEGER NOT NULL REFERENCES devices ON DELETE CASCADE,
  position INTEGER NOT NULL,
  opcode INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (device, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  request_id BLOB PRIMARY KEY,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'refused', 'cancelled')), -- expired: pending for too long
  hidden INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  body BLOB NOT NULL, -- empty once it is answered
  body_sha256 BLOB NOT NULL, -- of what the sender sent, without what the server puts beside it
  answered_ms INTEGER,
  answer_sha256 BLOB -- NULL: never answered, or settled by another request of the pair or the answer to it
) STRICT;
CREATE INDEX requests_sent ON requests (sender, state, created_ms);
CREATE INDEX requests_received ON requests (recipient, state, created_ms);

-- low and high: the two users in order of their names.
CREATE TABLE consents (
  low TEXT NOT NULL,
  high TEXT NOT NULL CHECK (low < high),
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (low, high)
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_of_high ON consents (high);

CREATE TABLE blocks (
  blocker TEXT NOT NULL,
  blocked TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (blocker, blocked)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  conversation BLOB NOT NULL UNIQUE,
  one_to_one INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE conversation_users (
  conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
  username TEXT NOT NULL,
  PRIMARY KEY (conversation, username)
) STRICT, WITHOUT ROWID;

-- A revoked device stays here until a COMMIT removes it from the group.
CREATE TABLE members (
  conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
  device_key TEXT NOT NULL,
  PRIMARY KEY (conversation, device_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE commits (
  conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
  epoch INTEGER NOT NULL, -- the one that this commit ended
  sha256 BLOB NOT NULL,
  PRIMARY KEY (conversation, epoch)
) STRICT, WITHOUT ROWID;

-- A one-time KeyPackage that was given away leaves its hash here, so that publishing it again does not revive it.
CREATE TABLE key_packages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  device INTEGER NOT NULL REFERENCES devices ON DELETE CASCADE,
  sha256 BLOB NOT NULL,
  used INTEGER NOT NULL DEFAULT 0,
  key_package BLOB NOT NULL, -- empty once used
  UNIQUE (device, sha256)
) STRICT;
CREATE INDEX key_packages_of_device ON key_packages (device, used, id);

CREATE TABLE last_resort_key_packages (
  device INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
  key_package BLOB NOT NULL
) STRICT;

CREATE TABLE key_claims (
  claimer TEXT NOT NULL,
  owner TEXT NOT NULL,
  claimed_ms INTEGER NOT NULL,
  one_time INTEGER NOT NULL
) STRICT;
CREATE INDEX key_claims_of_pair ON key_claims (claimer, owner, claimed_ms);
`;

/** Mailboxes that are dropped when they hold too much or too old items, and groups that replace others. */
const VERSION_2 = `
-- When an item was put in, and the bytes of all bodies of a mailbox. What is older than this version counts from now on.
ALTER TABLE mailbox ADD COLUMN stored_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN mailbox_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE mailbox SET stored_ms = unixepoch() * 1000;
UPDATE devices SET mailbox_bytes = (SELECT ifnull(sum(length(body)), 0) FROM mailbox WHERE device = devices.id);
CREATE INDEX rejoins ON mailbox (device) WHERE opcode = 18;

-- When another conversation of the two users took its place, and the SHA-256 of the REPLACE or ACCEPT that did it.
ALTER TABLE conversations ADD COLUMN replaced_ms INTEGER;
ALTER TABLE conversations ADD COLUMN replaced_sha256 BLOB;
CREATE INDEX replaced_conversations ON conversations (replaced_ms) WHERE replaced_ms IS NOT NULL;
CREATE INDEX conversations_of_user ON conversation_users (username);
`;

/** Ages are counted in time during which a server ran. */
const VERSION_3 = `
-- The time that has gone by, as of the last hour; 0: none was told. What was stored by the system's clock is as old as the newest of it.
INSERT INTO counters VALUES ('time', (SELECT max(ms) FROM (
  SELECT 0 AS ms
  UNION ALL SELECT max(stored_ms) FROM mailbox
  UNION ALL SELECT max(created_ms) FROM requests
  UNION ALL SELECT max(answered_ms) FROM requests
  UNION ALL SELECT max(claimed_ms) FROM key_claims
  UNION ALL SELECT max(replaced_ms) FROM conversations
)));
`;

/** Step n takes the schema from version n to n + 1. */
export const MIGRATIONS: readonly string[] = [VERSION_1, VERSION_2, VERSION_3];

/**
 * Brings an open database to this version of the schema, in one transaction; two processes may do it at once.
 * Throws a StoreError `newer_schema`, having changed nothing, where a later version of Parley wrote the file.
 */
export function migrate(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    const found = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (found > SCHEMA_VERSION) {
      throw new StoreError(
        'newer_schema',
        `the database has schema version ${found}; this version of Parley knows up to ${SCHEMA_VERSION}: use a newer one`,
      );
    }
    for (const step of MIGRATIONS.slice(found)) db.exec(step);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK'); // a full disk has ended it
    throw error;
  }
}
