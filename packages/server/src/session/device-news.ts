import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { DevicesSchema, SignedDeviceListSchema } from '@parley/protocol/wire';
import type { Parcel } from '../delivery/mailboxes.ts';
import type { NewRegistration, Store } from '../store/store.ts';

/**
 * DEVICES (14) for whoever has to do with a user whose device list changes: the devices of those with whom consent stands, and the
 * user's own others. Their conversations need groups with the devices that count now.
 */
export async function deviceNews(
  store: Pick<Store, 'contacts' | 'findUser'>,
  { username, deviceList, devices }: Pick<NewRegistration, 'username' | 'deviceList' | 'devices'>,
): Promise<Parcel[]> {
  const body = toBinary(DevicesSchema, create(DevicesSchema, { devices: fromBinary(SignedDeviceListSchema, deviceList) }));
  const contacts = await Promise.all((await store.contacts(username)).map((contact) => store.findUser(contact)));
  const before = await store.findUser(username);
  const listed = new Set(devices.map(({ key }) => key));
  const own = before?.devices.filter(({ key }) => listed.has(key)) ?? [];
  const theirs = contacts.flatMap((contact) => contact?.devices ?? []);
  return [...own, ...theirs].map(({ key }) => ({ device: key, opcode: Opcode.DEVICES, body }));
}
