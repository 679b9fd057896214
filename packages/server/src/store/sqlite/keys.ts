import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { KEY_CLAIMS_PER_HOUR, MAX_KEY_PACKAGES, MAX_USED_KEY_PACKAGES } from '@parley/protocol';
import { deviceKey } from '../device-key.ts';
import type { Handlers } from './calls.ts';
import { findConsent } from './pairs.ts';
import { REPLACED, sessionFence } from './sessions.ts';
import { prepare } from './statement.ts';

const HOUR_MS = 3_600_000;

type Claim = { claimedMs: number; oneTime: number };
type Candidate = { deviceId: Uint8Array; device: number; oneTime: number | null; keyPackage: Uint8Array };

/** KeyPackages: each one-time one is given away once; the last-resort one when there are no others. */
export function keys(db: DatabaseSync): Pick<Handlers, 'publishKeys' | 'claimKeys'> {
  const fence = sessionFence(db);
  const consents = findConsent(db);
  const insert = prepare<[number, Uint8Array, Uint8Array]>(
    db,
    'INSERT OR IGNORE INTO key_packages (device, sha256, key_package) VALUES (?, ?, ?)',
  );
  const keepNewest = prepare<[number, number, number, number, number]>(
    db,
    `DELETE FROM key_packages WHERE device = ? AND used = ? AND id <=
       (SELECT id FROM key_packages WHERE device = ? AND used = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
  );
  const setLastResort = prepare<[number, Uint8Array]>(
    db,
    'INSERT OR REPLACE INTO last_resort_key_packages (device, key_package) VALUES (?, ?)',
  );
  const countLeft = prepare<[number], { left: number }>(
    db,
    'SELECT count(*) AS left FROM key_packages WHERE device = ? AND used = 0',
  );
  const candidate = prepare<[string], Candidate>(
    db,
    `SELECT devices.device_id AS deviceId, devices.id AS device, oldest.id AS oneTime,
       ifnull(oldest.key_package, last_resort.key_package) AS keyPackage
     FROM devices
     LEFT JOIN key_packages AS oldest
       ON oldest.id = (SELECT min(id) FROM key_packages WHERE device = devices.id AND used = 0)
     LEFT JOIN last_resort_key_packages AS last_resort ON last_resort.device = devices.id
     WHERE devices.key = ? AND keyPackage IS NOT NULL`,
  );
  const markUsed = prepare<[number]>(db, "UPDATE key_packages SET used = 1, key_package = x'' WHERE id = ?");
  const forgetClaims = prepare<[string, string, number]>(
    db,
    'DELETE FROM key_claims WHERE claimer = ? AND owner = ? AND claimed_ms <= ?',
  );
  const recentClaims = prepare<[string, string, number], Claim>(
    db,
    `SELECT claimed_ms AS claimedMs, one_time AS oneTime FROM key_claims
     WHERE claimer = ? AND owner = ? AND claimed_ms > ? ORDER BY claimed_ms`,
  );
  const insertClaim = prepare<[string, string, number, number]>(
    db,
    'INSERT INTO key_claims (claimer, owner, claimed_ms, one_time) VALUES (?, ?, ?, ?)',
  );

  const left = (device: number): number => countLeft.get(device)?.left ?? 0;
  const keepOnly = (device: number, used: 0 | 1, most: number): void => {
    keepNewest.run(device, used, device, used, most);
  };

  return {
    publishKeys({ by, oneTime, lastResort }) {
      const device = fence(by);
      if (device === undefined) return REPLACED;
      for (const keyPackage of oneTime) insert.run(device.id, hash('sha256', keyPackage, 'buffer'), keyPackage);
      keepOnly(device.id, 0, MAX_KEY_PACKAGES);
      keepOnly(device.id, 1, MAX_USED_KEY_PACKAGES);
      if (lastResort !== undefined) setLastResort.run(device.id, lastResort);
      return { left: left(device.id) };
    },

    claimKeys({ by, username, deviceIds, nowMs }) {
      const device = fence(by);
      if (device === undefined) return REPLACED;
      const own = username === device.username;
      if (!own && !consents(device.username, username)) return { refused: 'no_consent' };

      const wanted = new Set(deviceIds.map((deviceId) => deviceKey(username, deviceId)));
      const found = [...wanted].map((key) => candidate.get(key)).filter((row) => row !== undefined);
      if (found.length === 0) return { refused: 'keys_exhausted' };
      const oneTime = found.filter((row) => row.oneTime !== null).length;
      if (!own && oneTime > 0) {
        const since = nowMs - HOUR_MS;
        const last = lastInTheWay(recentClaims.all(device.username, username, since), oneTime);
        // Never above an hour, even if the clock was put back.
        if (last !== undefined) return { refused: 'rate_limited', retryAfterMs: Math.min(last.claimedMs - since, HOUR_MS) };
        forgetClaims.run(device.username, username, since);
        insertClaim.run(device.username, username, nowMs, oneTime);
      }
      for (const row of found) if (row.oneTime !== null) markUsed.run(row.oneTime);
      return { keyPackages: found.map(({ deviceId, keyPackage }) => ({ deviceId, keyPackage })), left: left(device.id) };
    },
  };
}

/** The last of the recent claims, the oldest first, that must be an hour old before `oneTime` more may be claimed. */
function lastInTheWay(recent: readonly Claim[], oneTime: number): Claim | undefined {
  let excess = oneTime - KEY_CLAIMS_PER_HOUR;
  for (const claim of recent) excess += claim.oneTime;
  if (excess <= 0) return undefined;
  return recent.find((claim) => {
    excess -= claim.oneTime;
    return excess <= 0;
  });
}
