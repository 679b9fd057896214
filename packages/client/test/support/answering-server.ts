import { create, fromBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import {
  DeviceKeyPackageSchema,
  KeysRequestSchema,
  KeysResultSchema,
  OkSchema,
  type SignedDeviceList,
  UserQuerySchema,
} from '@parley/protocol/wire';
import type { Reply } from '../../src/connection/reply.ts';

/** Newest device lists by user name: what the server would say. */
export type Directory = Map<string, SignedDeviceList>;
/** Published KeyPackages by device id in hex: what the server would give out. */
export const published = new Map<string, Uint8Array>();

/** What a server says to KEYS and USER. */
export function answerAsServer(directory: Directory, opcode: number, body: Uint8Array): Reply {
  if (opcode === Opcode.KEYS) {
    const { what } = fromBinary(KeysRequestSchema, body);
    const deviceIds = what.case === 'claim' ? what.value.deviceIds : [];
    const keyPackages = deviceIds.flatMap((deviceId) => {
      const keyPackage = published.get(toHex(deviceId));
      return keyPackage === undefined ? [] : [create(DeviceKeyPackageSchema, { deviceId, keyPackage })];
    });
    return { kind: 'ok', ok: create(OkSchema, { result: { case: 'keys', value: create(KeysResultSchema, { keyPackages }) } }) };
  }
  const { username } = fromBinary(UserQuerySchema, body);
  const devices = directory.get(username);
  const value = {
    $typeName: 'parley.UserRecord' as const,
    username,
    identityKey: new Uint8Array(32),
    ...(devices && { devices }),
  };
  return { kind: 'ok', ok: create(OkSchema, { result: { case: 'user', value } }) };
}
