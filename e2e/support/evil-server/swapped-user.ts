import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { OkSchema, type SignedDeviceList } from '@parley/protocol/wire';
import type { Lie } from './evil-server.ts';

/** One who asks for a user's record is given another device list in it. */
export function swappedUser(asking: string, asked: string, devices: SignedDeviceList): Lie {
  return {
    say(said, to) {
      if (to.username !== asking || said.opcode !== Opcode.OK) return undefined;
      const { result } = fromBinary(OkSchema, said.body);
      if (result.case !== 'user' || result.value.username !== asked) return undefined;
      result.value.devices = devices;
      return [{ ...said, body: toBinary(OkSchema, { $typeName: 'parley.Ok', result }) }];
    },
  };
}
