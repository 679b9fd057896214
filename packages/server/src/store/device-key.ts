import { toHex } from '@parley/protocol';

/** `username/hex of the device id`: names a device and its mailbox. A username holds no slash. */
export type DeviceKey = `${string}/${string}`;

export function deviceKey(username: string, deviceId: Uint8Array): DeviceKey {
  return `${username}/${toHex(deviceId)}`;
}
