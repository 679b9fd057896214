import { DEVICE_ID_BYTES, isUsername, toHex } from '@parley/protocol';
import type { DeviceRef } from '@parley/protocol/wire';
import { protocolError } from '../session/replies.ts';
import type { DeviceKey } from '../store/store.ts';

/** A device as a peer names it. @throws ParleyError `malformed` */
export function deviceKey({ username, deviceId }: DeviceRef): DeviceKey {
  if (!isUsername(username) || deviceId.length !== DEVICE_ID_BYTES) throw protocolError('malformed');
  return `${username}/${toHex(deviceId)}`;
}
