import { fromBinary } from '@bufbuild/protobuf';
import { type Frame, isUsername, Opcode, readConsent } from '@parley/protocol';
import {
  AcceptSchema,
  CancelSchema,
  DeviceListSchema,
  DevicesSchema,
  RefuseSchema,
  ReplaceSchema,
  RttSchema,
  type SignedConsent,
} from '@parley/protocol/wire';

// For words alone: nothing of it was verified.

const KINDS: Readonly<Record<number, string>> = {
  [Opcode.RTT]: 'a request to talk',
  [Opcode.ACCEPT]: 'an acceptance',
  [Opcode.REFUSE]: 'a refusal',
  [Opcode.CANCEL]: 'a withdrawal of a request',
  [Opcode.REPLACE]: 'a new group',
  [Opcode.DEVICES]: 'a device list',
  [Opcode.MESSAGE]: 'a message',
  [Opcode.COMMIT]: 'a change of keys',
  [Opcode.PRESENCE]: 'news of who is on line',
};

/** What kind of thing a server has sent. */
export function kindOf({ opcode }: Pick<Frame, 'opcode'>): string {
  return KINDS[opcode] ?? 'something';
}

/** In whose name it was sent; `undefined` where it says no name. */
export function claimedUser({ opcode, body }: Frame): string | undefined {
  try {
    const name = opcode === Opcode.DEVICES ? ownerOf(body) : signerOf(opcode, body);
    return name !== undefined && isUsername(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function ownerOf(body: Uint8Array): string | undefined {
  const { devices } = fromBinary(DevicesSchema, body);
  return devices && fromBinary(DeviceListSchema, devices.list).username;
}

function signerOf(opcode: number, body: Uint8Array): string | undefined {
  const consent = SIGNED[opcode]?.(body).consent;
  return consent && readConsent(consent.statement).from;
}

type Signed = { readonly consent?: SignedConsent | undefined };

const SIGNED: Readonly<Record<number, (body: Uint8Array) => Signed>> = {
  [Opcode.RTT]: (body) => fromBinary(RttSchema, body),
  [Opcode.ACCEPT]: (body) => fromBinary(AcceptSchema, body),
  [Opcode.REFUSE]: (body) => fromBinary(RefuseSchema, body),
  [Opcode.CANCEL]: (body) => fromBinary(CancelSchema, body),
  [Opcode.REPLACE]: (body) => fromBinary(ReplaceSchema, body),
};
