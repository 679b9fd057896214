import assert from 'node:assert/strict';
import { nodeCrypto } from '../../src/crypto/node.ts';
import { generateIdentity, type KeyPair, makeDevice, ParleyError, signDeviceList } from '../../src/index.ts';

/** A user with devices and the list of them, as tests need it. */
export function makeUser(username: string, { devices: count = 1, identity = generateIdentity(nodeCrypto) as KeyPair } = {}) {
  const devices = Array.from({ length: count }, (_, index) =>
    makeDevice(nodeCrypto, { username, identity, deviceName: `device ${index}`, nowMs: 1_700_000_000_000 }),
  );
  const certificates = devices.map(({ certificate }) => certificate);
  return {
    username,
    identity,
    devices,
    certificates,
    list: signDeviceList(nodeCrypto, identity, { username, version: 1n, certificates }),
  };
}

export function refusesAsMalformed(act: () => unknown): void {
  assert.throws(act, (error) => error instanceof ParleyError && error.code === 'malformed');
}
