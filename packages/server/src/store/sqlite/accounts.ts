import type { DatabaseSync } from 'node:sqlite';
import { equalBytes, equalConstantTime } from '@parley/protocol';
import type { DeviceKey } from '../device-key.ts';
import type { DeviceEntry, MailboxLimits, NewRegistration, UserSummary } from '../entries.ts';
import type { Handlers } from './calls.ts';
import { fitsInteger } from './integers.ts';
import { deliverToListed } from './mailbox-writer.ts';
import { prepare, prepareBig } from './statement.ts';

type AccountHandlers = Pick<Handlers, 'raiseGeneration' | 'addInvite' | 'listUsers' | 'findUser' | 'register' | 'openSession'>;

type UserRow = { username: string; identityKey: Uint8Array; deviceList: Uint8Array; version: bigint; suspended: bigint };
type DeviceRow = { key: DeviceKey; deviceId: Uint8Array; channelKey: Uint8Array; signatureKey: Uint8Array };

/** Users, their devices, the invites that let them in, and the session numbers that fence their connections. */
export function accounts(db: DatabaseSync, limits: MailboxLimits): AccountHandlers {
  const deliver = deliverToListed(db, limits);
  const count = prepare<[string], { value: number }>(db, 'UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value');
  const insertInvite = prepare<[Uint8Array, number, number]>(
    db,
    'INSERT OR REPLACE INTO invites (token_hash, expires_ms, uses_left) VALUES (?, ?, ?)',
  );
  const findInvite = prepare<[Uint8Array, number]>(
    db,
    'SELECT 1 FROM invites WHERE token_hash = ? AND expires_ms > ? AND uses_left > 0',
  );
  const useInvite = prepare<[Uint8Array]>(db, 'UPDATE invites SET uses_left = uses_left - 1 WHERE token_hash = ?');

  const listUsers = prepare<[string, number], { username: string; createdMs: number; suspended: number; devices: number }>(
    db,
    `SELECT username, created_ms AS createdMs, suspended,
       (SELECT count(*) FROM devices WHERE devices.username = users.username) AS devices
     FROM users WHERE username > ? ORDER BY username LIMIT ?`,
  );
  const findUser = prepareBig<[string], UserRow>(
    db,
    `SELECT username, identity_key AS identityKey, device_list AS deviceList, version, suspended
     FROM users WHERE username = ?`,
  );
  const insertUser = prepare<[string, Uint8Array, Uint8Array, bigint, number]>(
    db,
    'INSERT INTO users (username, identity_key, device_list, version, created_ms) VALUES (?, ?, ?, ?, ?)',
  );
  const updateUser = prepare<[Uint8Array, bigint, string]>(
    db,
    'UPDATE users SET device_list = ?, version = ? WHERE username = ?',
  );

  const devicesOf = prepare<[string], DeviceRow>(
    db,
    `SELECT key, device_id AS deviceId, channel_key AS channelKey, signature_key AS signatureKey
     FROM devices WHERE username = ? ORDER BY id`,
  );
  const insertDevice = prepare<[string, string, Uint8Array, Uint8Array, Uint8Array]>(
    db,
    'INSERT INTO devices (key, username, device_id, channel_key, signature_key) VALUES (?, ?, ?, ?, ?)',
  );
  const deleteDevice = prepare<[string]>(db, 'DELETE FROM devices WHERE key = ?');

  const devicesOfContacts = prepare<[string, string], { key: DeviceKey }>(
    db,
    `SELECT key FROM devices WHERE username IN
       (SELECT high FROM consents WHERE low = ? UNION SELECT low FROM consents WHERE high = ?)`,
  );

  const findLogin = prepareBig<[string], { id: bigint; acked: bigint; channelKey: Uint8Array }>(
    db,
    'SELECT devices.id, acked, channel_key AS channelKey FROM devices JOIN users USING (username) WHERE key = ? AND suspended = 0',
  );
  const setSession = prepare<[number, bigint]>(db, 'UPDATE devices SET session = ? WHERE id = ?');

  function next(counter: 'generation' | 'session'): number {
    const row = count.get(counter);
    if (row === undefined) throw new Error(`the counter ${counter} is missing`);
    return row.value;
  }

  function addDevices(username: string, devices: readonly DeviceEntry[]): void {
    for (const device of devices) {
      insertDevice.run(device.key, username, device.deviceId, device.channelKey, device.signatureKey);
    }
  }

  function replaceDevices(username: string, before: readonly DeviceEntry[], after: readonly DeviceEntry[]): void {
    for (const device of before) if (!includesDevice(after, device)) deleteDevice.run(device.key);
    addDevices(
      username,
      after.filter((device) => !includesDevice(before, device)),
    );
  }

  function recover(registration: NewRegistration, user: UserRow | undefined, devices: readonly DeviceEntry[]) {
    const { username, identityKey, version, deviceList, device, deliveries } = registration;
    if (user === undefined || user.suspended !== 0n) return { refused: 'auth_failed' } as const;
    if (!equalBytes(user.identityKey, identityKey)) return { refused: 'auth_failed' } as const;
    if (version <= user.version) return { refused: 'auth_failed', newest: user.version } as const;
    const concerned = [...devicesOfContacts.all(username, username), ...registration.devices].map(({ key }) => key);
    const told = new Map(deliveries.map((delivery) => [delivery.device, delivery]));
    const others = concerned.filter((key) => key !== device);
    if (others.some((key) => !told.has(key))) return { missing: others };

    updateUser.run(deviceList, version, username);
    replaceDevices(username, devices, registration.devices);
    for (const key of others) {
      const delivery = told.get(key);
      if (delivery !== undefined) deliver(delivery);
    }
    return 'registered';
  }

  return {
    raiseGeneration: () => next('generation'),

    addInvite({ tokenHash, expiresMs, uses }) {
      insertInvite.run(tokenHash, expiresMs, uses);
    },

    listUsers: ({ after, limit }) =>
      listUsers.all(after, limit).map((row): UserSummary => ({ ...row, suspended: row.suspended !== 0 })),

    findUser(username) {
      const user = findUser.get(username);
      return user && { ...user, suspended: user.suspended !== 0n, devices: devicesOf.all(username) };
    },

    register(registration) {
      const { proof, username, identityKey, version, deviceList, nowMs } = registration;
      if (!fitsInteger(version) || !namesDevicesOnce(registration.devices)) return { refused: 'auth_failed' };

      const user = findUser.get(username);
      const devices = devicesOf.all(username);
      const sameDevices =
        user !== undefined &&
        equalBytes(user.identityKey, identityKey) &&
        registration.devices.every((device) => includesDevice(devices, device));
      if (sameDevices && (proof !== 'recovery' || version <= user.version)) return 'already';

      if (proof === 'recovery') return recover(registration, user, devices);
      if (findInvite.get(proof.tokenHash, nowMs) === undefined) return { refused: 'invite_invalid' };
      if (user !== undefined) return { refused: 'username_taken' };
      useInvite.run(proof.tokenHash);
      insertUser.run(username, identityKey, deviceList, version, nowMs);
      addDevices(username, registration.devices);
      return 'registered';
    },

    openSession({ device, channelKey }) {
      const found = findLogin.get(device);
      const isKey = equalConstantTime(found?.channelKey ?? new Uint8Array(channelKey.length), channelKey);
      if (found === undefined || !isKey) return undefined;
      // One counter for all devices: a device that is revoked and listed again never gets a number it had before.
      const session = next('session');
      setSession.run(session, found.id);
      return { session, acked: found.acked };
    },
  };
}

function includesDevice(devices: readonly DeviceEntry[], wanted: DeviceEntry): boolean {
  return devices.some(
    (device) =>
      device.key === wanted.key &&
      equalBytes(device.channelKey, wanted.channelKey) &&
      equalBytes(device.signatureKey, wanted.signatureKey),
  );
}

function namesDevicesOnce(devices: readonly DeviceEntry[]): boolean {
  return devices.length > 0 && new Set(devices.map((device) => device.key)).size === devices.length;
}
