import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { nodeCrypto } from '../../src/crypto/node.ts';
import { DeviceListSchema, SignedDeviceCertificateSchema, SignedDeviceListSchema } from '../../src/gen/parley_pb.ts';
import {
  concat,
  LOGIN_PAYLOAD_LARGE_BYTES,
  MAX_DEVICES,
  makeDevice,
  openDeviceList,
  signDeviceCertificate,
  signDeviceList,
  utf8,
} from '../../src/index.ts';
import { makeUser, refusesAsMalformed } from './people.ts';

const alice = makeUser('alice', { devices: 3 });
const open = (encoded: Uint8Array) => openDeviceList(nodeCrypto, encoded);

/** Signed as it must be, whatever it says. */
function signList(
  change: { username?: string; version?: bigint; identityKey?: Uint8Array; certificates?: Uint8Array[] } = {},
  domain = 'parley device list v1\0',
) {
  const { username = 'alice', version = 1n, identityKey = alice.identity.publicKey, certificates = alice.certificates } = change;
  const list = toBinary(
    DeviceListSchema,
    create(DeviceListSchema, {
      username,
      version,
      identityKey,
      certificates: certificates.map((certificate) => fromBinary(SignedDeviceCertificateSchema, certificate)),
    }),
  );
  const signature = nodeCrypto.ed25519.sign(alice.identity.secret, concat(utf8(domain), list));
  return toBinary(SignedDeviceListSchema, create(SignedDeviceListSchema, { list, signature }));
}

describe('device list', () => {
  test('opens what signDeviceList made', () => {
    const list = open(alice.list);
    assert.equal(list.username, 'alice');
    assert.equal(list.version, 1n);
    assert.deepEqual(list.identityKey, alice.identity.publicKey);
    assert.deepEqual(
      list.devices.map(({ deviceId }) => deviceId),
      alice.devices.map(({ deviceId }) => deviceId),
    );
  });
  test('opens a list that is part of another message', () => {
    assert.equal(openDeviceList(nodeCrypto, fromBinary(SignedDeviceListSchema, alice.list)).devices.length, 3);
  });
  test('holds 12 devices with the longest names, and still fits the payload of 1.2', () => {
    const username = 'x'.repeat(32);
    const certificates = Array.from(
      { length: MAX_DEVICES },
      () =>
        makeDevice(nodeCrypto, { username, identity: alice.identity, deviceName: 'x'.repeat(64), nowMs: Date.now() }).certificate,
    );
    const list = signDeviceList(nodeCrypto, alice.identity, { username, version: 2n ** 64n - 1n, certificates });
    assert.equal(open(list).devices.length, MAX_DEVICES);
    const OTHER_LOGIN_FIELDS = 256;
    assert.ok(list.length + OTHER_LOGIN_FIELDS <= LOGIN_PAYLOAD_LARGE_BYTES, `${list.length} bytes`);
    assert.equal(open(list).version, 2n ** 64n - 1n);
  });
  test('makes no list that it would refuse', () => {
    refusesAsMalformed(() =>
      signDeviceList(nodeCrypto, alice.identity, { username: 'bob', version: 1n, certificates: alice.certificates }),
    );
    refusesAsMalformed(() =>
      signDeviceList(nodeCrypto, alice.identity, { username: 'alice', version: 0n, certificates: alice.certificates }),
    );
  });

  test('refuses a name outside the grammar', () => refusesAsMalformed(() => open(signList({ username: 'Alice' }))));
  test('refuses version 0', () => refusesAsMalformed(() => open(signList({ version: 0n }))));
  test('refuses an identity key of 31 bytes', () =>
    refusesAsMalformed(() => open(signList({ identityKey: new Uint8Array(31) }))));
  test('refuses a list without devices', () => refusesAsMalformed(() => open(signList({ certificates: [] }))));
  test('refuses a list of 13 devices', () => {
    const { certificates } = makeUser('alice', { devices: MAX_DEVICES, identity: alice.identity });
    refusesAsMalformed(() => open(signList({ certificates: [...certificates, alice.certificates[0]!] })));
  });
  test('refuses a certificate of another user', () => {
    const { certificates } = makeUser('bob', { identity: alice.identity });
    refusesAsMalformed(() => open(signList({ certificates: [...alice.certificates, ...certificates] })));
  });
  test('refuses a certificate of another identity key', () => {
    const { certificates } = makeUser('alice');
    refusesAsMalformed(() => open(signList({ certificates: [...alice.certificates, ...certificates] })));
  });
  test('refuses one device twice', () =>
    refusesAsMalformed(() => open(signList({ certificates: [alice.certificates[0]!, alice.certificates[0]!] }))));

  const device = (change: { deviceId?: number; signatureKey?: number; channelKey?: number }) =>
    signDeviceCertificate(nodeCrypto, alice.identity.secret, {
      username: 'alice',
      identityKey: alice.identity.publicKey,
      deviceId: new Uint8Array(8).fill(change.deviceId ?? 1),
      deviceName: '',
      signatureKey: new Uint8Array(32).fill(change.signatureKey ?? 1),
      channelKey: new Uint8Array(32).fill(change.channelKey ?? 1),
      createdMs: 0,
    });
  const first = device({});
  test('accepts two devices that differ in id and keys', () => {
    assert.equal(
      open(signList({ certificates: [first, device({ deviceId: 2, signatureKey: 2, channelKey: 2 })] })).devices.length,
      2,
    );
  });
  test('refuses one device id twice', () =>
    refusesAsMalformed(() => open(signList({ certificates: [first, device({ signatureKey: 2, channelKey: 2 })] }))));
  test('refuses one signature key twice', () =>
    refusesAsMalformed(() => open(signList({ certificates: [first, device({ deviceId: 2, channelKey: 2 })] }))));
  test('refuses one channel key twice', () =>
    refusesAsMalformed(() => open(signList({ certificates: [first, device({ deviceId: 2, signatureKey: 2 })] }))));

  test('refuses a certificate in it that does not verify', () => {
    const forged = fromBinary(SignedDeviceCertificateSchema, first);
    forged.signature[0] = (forged.signature[0] as number) ^ 1;
    refusesAsMalformed(() => open(signList({ certificates: [toBinary(SignedDeviceCertificateSchema, forged)] })));
  });
  test('refuses a signature made for something else', () => refusesAsMalformed(() => open(signList({}, 'parley consent v1\0'))));
  test('refuses a list signed with another key than its own', () =>
    refusesAsMalformed(() => {
      const mallory = makeUser('alice');
      return open(signList({ identityKey: mallory.identity.publicKey, certificates: mallory.certificates }));
    }));
  test('refuses a list that is too long before it parses it', () => refusesAsMalformed(() => open(new Uint8Array(8_193))));
  test('refuses a list with any one bit changed (property)', () => {
    fc.assert(
      fc.property(fc.nat(alice.list.length - 1), fc.nat(7), (index, bit) => {
        const changed = alice.list.slice();
        changed[index] = (changed[index] as number) ^ (1 << bit);
        refusesAsMalformed(() => open(changed));
      }),
    );
  });
  test('throws nothing but malformed, whatever the bytes (property)', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => refusesAsMalformed(() => open(bytes))));
  });
});
