import type { DeviceInfo, OwnDeviceInfo } from '@parley/client';
import { neutralize } from '../sanitize.ts';

/** One line; the name is what the device's owner chose. */
export function describeDevice({ id, name, createdAt }: DeviceInfo): string {
  return `${id}  since ${day(createdAt)}  ${neutralize(name)}`;
}

/** The same of one's own. */
export function describeOwnDevice(device: OwnDeviceInfo): string {
  return `${describeDevice(device)}${device.current ? ' (this one)' : ''}`;
}

/** Of a time that another device claims. */
function day(unixMs: number): string {
  const time = new Date(unixMs);
  return Number.isNaN(time.getTime()) ? 'an unknown day' : time.toISOString().slice(0, 10);
}
