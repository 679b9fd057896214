import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes, equalConstantTime, INVITE_TOKEN_BYTES, Opcode, openDeviceList } from '@parley/protocol';
import { type ClientLogin, DevicesSchema, type Registration, SignedDeviceListSchema } from '@parley/protocol/wire';
import type { Services } from '../services.ts';
import { type DeviceKey, deviceKey } from '../store/device-key.ts';
import type { DeviceEntry, NewRegistration } from '../store/entries.ts';
import { OutdatedList, protocolError, unlessRefused } from './replies.ts';

/**
 * Makes the account and the device of a login that registers (docs/protocol.md, "Authentication phase"). Registering the
 * identical device again changes nothing: a lost 1.3 must not lock anybody out.
 * @throws ParleyError `invite_invalid`, `username_taken`, `malformed`, `auth_failed`
 */
export async function register(
  { crypto, store, clock, online, mailboxes, conversations }: Services,
  login: ClientLogin,
  registration: Registration,
  clientKey: Uint8Array,
): Promise<void> {
  const proof = readProof(registration, crypto.sha256);
  if (registration.deviceList === undefined) throw protocolError('malformed');

  const list = openDeviceList(crypto, registration.deviceList);
  const device = list.devices.find(({ deviceId }) => equalBytes(deviceId, login.deviceId));
  if (list.username !== login.username || device === undefined) throw protocolError('auth_failed');
  if (!equalConstantTime(device.channelKey, clientKey)) throw protocolError('auth_failed');

  const devices = list.devices.map(({ deviceId, channelKey, signatureKey }): DeviceEntry => {
    return { key: deviceKey(list.username, deviceId), deviceId, channelKey, signatureKey };
  });
  const { username, identityKey, version } = list;
  const deviceList = toBinary(SignedDeviceListSchema, registration.deviceList);
  const news = toBinary(DevicesSchema, create(DevicesSchema, { devices: registration.deviceList }));
  const account: Omit<NewRegistration, 'deliveries'> = {
    proof,
    username,
    identityKey,
    deviceList,
    version,
    devices,
    device: deviceKey(username, login.deviceId),
    nowMs: clock.nowMs(),
  };
  const attempt = (told: readonly DeviceKey[]) =>
    mailboxes.deliver(
      told.map((to) => ({ device: to, opcode: Opcode.DEVICES, body: news })),
      (deliveries) => {
        conversations.forgetUser(username);
        return store.register({ ...account, deliveries });
      },
      (outcome) => outcome === 'registered',
    );
  // The store says who is to be told, and that only to the owner of the identity key; who that is may change until it is done.
  let registered = await attempt([]);
  while (typeof registered === 'object' && 'missing' in registered) registered = await attempt(registered.missing);
  if (typeof registered === 'object' && 'newest' in registered) throw new OutdatedList(registered.newest);
  unlessRefused(registered);

  // A recovery takes the user's other devices away: they must not be shown anything more.
  const listed = new Set<string>(devices.map(({ key }) => key));
  for (const session of [...online.sessionsOf(list.username)]) if (!listed.has(session.device)) session.end('replaced');
}

function readProof({ proof }: Registration, sha256: (data: Uint8Array) => Uint8Array): NewRegistration['proof'] {
  switch (proof.case) {
    case 'inviteToken':
      if (proof.value.length !== INVITE_TOKEN_BYTES) throw protocolError('invite_invalid');
      return { tokenHash: sha256(proof.value) };
    case 'recovery':
      return 'recovery';
    default:
      throw protocolError('malformed');
  }
}
