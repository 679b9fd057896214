import { DEVICE_ID_BYTES, isUsername } from '@parley/protocol';
import type { DeviceRef } from '@parley/protocol/wire';
import { protocolError } from '../session/replies.ts';
import { type DeviceKey, deviceKey } from '../store/device-key.ts';

/** A device as a peer names it. @throws ParleyError `malformed` */
export function readDeviceRef({ username, deviceId }: DeviceRef): DeviceKey {
  if (!isUsername(username) || deviceId.length !== DEVICE_ID_BYTES) throw protocolError('malformed');
  return deviceKey(username, deviceId);
}
