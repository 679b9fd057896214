import { type DeviceSecrets, generateIdentity, type KeyPair, makeDevice, signDeviceList } from '@parley/protocol';
import { NOW_MS, seededCrypto } from './seeded-crypto.ts';

interface TestUser {
  readonly identity: KeyPair;
  readonly devices: readonly [DeviceSecrets, DeviceSecrets];
  /** SignedDeviceList, encoded. */
  readonly list: Uint8Array;
}

/** A user with two devices, the same for each seed. */
export function makeUser(username: string, seed: number): TestUser {
  const crypto = seededCrypto(seed);
  const identity = generateIdentity(crypto);
  const device = (deviceName: string) => makeDevice(crypto, { username, identity, deviceName, nowMs: NOW_MS });
  const devices = [device('one'), device('two')] as const;
  const certificates = devices.map(({ certificate }) => certificate);
  return { identity, devices, list: signDeviceList(crypto, identity, { username, version: 1n, certificates }) };
}
